"""Settings that cannot be used are refused in one line, which shows no secret."""

from __future__ import annotations

import pytest

from warehouse.errors import SettingsError
from warehouse.settings import load


@pytest.mark.parametrize("address", ["hooks.slack.com/services/T0/B0/HUNTER2", "HUNTER2:x", "", "//HUNTER2"])
def test_an_alert_address_without_a_scheme_is_refused_and_not_quoted(address: str) -> None:
    with pytest.raises(SettingsError, match=r"'alerts'.* scheme") as caught:
        load(alerts=["json://example.org/hook", address])
    assert "HUNTER2" not in f"{caught.value} {caught.value.__cause__}"
