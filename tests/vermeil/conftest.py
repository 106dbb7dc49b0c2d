"""Commands and jobs open sessions of their own."""

from tests.kept_engine import engine_that_stays as engine_that_stays
