"""Objects as Stripe's API renders them, in the old and the new API version: state in, JSON bytes out."""

import orjson

EMPTY = orjson.Fragment(b"{}")
