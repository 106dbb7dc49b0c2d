#!/bin/bash
# What a container of the image runs: the command that it is given, or, for Spark on Kubernetes, an executor. Spark asks
# the image for it by the word "executor", and says the rest in variables, as its own image has it.
set -euo pipefail
[ "${1:-}" = executor ] || exec "$@"

options=()
for name in "${!SPARK_JAVA_OPT_@}"; do options+=("${!name}"); done
exec java ${options[@]+"${options[@]}"} "-Xms$SPARK_EXECUTOR_MEMORY" "-Xmx$SPARK_EXECUTOR_MEMORY" \
  -cp "${SPARK_CLASSPATH:+$SPARK_CLASSPATH:}$SPARK_HOME/jars/*" \
  org.apache.spark.scheduler.cluster.k8s.KubernetesExecutorBackend \
  --driver-url "$SPARK_DRIVER_URL" --executor-id "$SPARK_EXECUTOR_ID" --cores "$SPARK_EXECUTOR_CORES" \
  --app-id "$SPARK_APPLICATION_ID" --hostname "$SPARK_EXECUTOR_POD_IP" \
  --resourceProfileId "$SPARK_RESOURCE_PROFILE_ID" --podName "$SPARK_EXECUTOR_POD_NAME"
