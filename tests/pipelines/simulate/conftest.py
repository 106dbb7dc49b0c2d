"""Archives that several tests look at, made once."""

import pytest

from .reading import Made, make


@pytest.fixture(scope="session")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Seventy days without dirt, long enough for disputes, renewals and the change of the API version."""
    return make(tmp_path_factory.mktemp("clean"), dirt=False, seed=11, days=70, payments_per_day=110)


@pytest.fixture(scope="session")
def dirty(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return make(tmp_path_factory.mktemp("dirty"), days=40, payments_per_day=110)
