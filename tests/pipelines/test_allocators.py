"""Memory that a load no longer needs is given back by the libraries that asked for it."""

from __future__ import annotations

import os
import subprocess
import sys

NAMES = ("MIMALLOC_PURGE_DELAY", "_RJEM_MALLOC_CONF")


def said(code: str, **environment: str) -> str:
    inherited = {name: value for name, value in os.environ.items() if name not in NAMES}
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=inherited | environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout + done.stderr


def test_the_allocators_are_told_before_they_are_loaded() -> None:
    code = (
        "import sys, pipelines; assert not {'pysail', 'deltalake'} & set(sys.modules); import os;"
        f"print([os.environ[name] for name in {NAMES}])"
    )
    assert said(code).strip() == "['0', 'dirty_decay_ms:1000,muzzy_decay_ms:0']"
    assert "'10'" in said(code, MIMALLOC_PURGE_DELAY="10"), "what a site has set stays"


def test_the_allocators_understand_what_they_are_told() -> None:
    loads = "import pipelines, deltalake, pysail.spark"
    assert said(loads) == ""
    # Of a setting that it does not know, each complains where it is loaded.
    assert "jemalloc" in said(loads, _RJEM_MALLOC_CONF="no_such_setting:1")
