"""The JVM as PySpark sees it through Py4J, with what was found there once remembered.

PySpark names a class of the JVM at each use of a column and of each of its functions: fifty thousand times in a small
run. By itself Py4J asks the JVM each time, where a name without its package is looked for as it stands, and then in
imported packages, in all of Spark's nearly three hundred jars.
"""

from __future__ import annotations

from typing import Any

from py4j.java_gateway import JavaClass, JavaGateway, JavaMember, JVMView


def remember(gateway: JavaGateway) -> None:
    """Have a gateway's view of its JVM keep the classes that it finds, and these their static methods."""
    view = gateway.jvm
    gateway.jvm = _View(view._gateway_client, view._jvm_name, id=view._id)


class _View(JVMView):  # type: ignore[misc]  # Py4J has no types
    """Keeps what it finds among its own attributes, where Python looks first."""

    def __getattr__(self, name: str) -> Any:
        found = super().__getattr__(name)
        if isinstance(found, JavaClass):
            found = self.__dict__[name] = _Class(found._fqn, found._gateway_client)
        return found


class _Class(JavaClass):  # type: ignore[misc]
    """Keeps its methods; the value of a field may change."""

    def __getattr__(self, name: str) -> Any:
        found = super().__getattr__(name)
        if isinstance(found, JavaMember):
            self.__dict__[name] = found
        return found
