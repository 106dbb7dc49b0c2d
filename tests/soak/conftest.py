"""What long forms share: where their figures go."""

from __future__ import annotations

import pytest

from tests.soak.figures import Figures, figures_path


@pytest.fixture(scope="session")
def figures() -> Figures:
    """Where a long form writes down what it tried, what survived and what was lost."""
    return Figures(figures_path())
