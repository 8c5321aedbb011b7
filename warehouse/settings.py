"""One frozen object holds every setting; it is passed as an argument and read nowhere else."""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)
from pydantic_settings import SettingsError as UnreadableError

from warehouse.errors import SettingsError

MEGABYTE = 1 << 20
TURN_THRESHOLD = 0.4
"""Best F1 of turns on the development episodes: .621 in bare words, .730 where sentence ends are shown."""

_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)


class Settings(BaseSettings):
    """What a run may be told; flags win over ``PODLAKE_*``, over ``podlake.toml``, over these defaults."""

    model_config = SettingsConfigDict(
        env_prefix="PODLAKE_",
        toml_file="podlake.toml",
        frozen=True,
        extra="forbid",
        hide_input_in_errors=True,  # some are secret, and tracebacks are logged
    )

    lake: Path = Field(
        Path("lake"), description="Folder that holds the lake: catalog, data, staging and lock."
    )
    podcast: str | None = Field(None, description="Name of the podcast, when folders do not tell it.")
    runner: Literal["thread", "process"] = Field("thread", description="Where batches are transformed.")
    batch_bytes: int = Field(16 * MEGABYTE, gt=0, description="Bytes of source text that one batch holds.")
    in_flight: int = Field(2, gt=0, description="Batches that exist at once.")
    max_document_bytes: int = Field(
        32 * MEGABYTE, gt=0, description="Larger documents are quarantined without being parsed."
    )
    max_archive_bytes: int = Field(
        16 << 30, gt=0, description="Expanded bytes after which reading of one zip or tar stops."
    )
    max_archive_ratio: int = Field(
        200, gt=0, description="Expanded bytes per compressed byte after which an archive counts as a bomb."
    )
    max_quarantined: float = Field(
        0.1,
        ge=0,
        le=1,
        description="Share of a run's documents held back above which it ends with exit code 1; "
        "documents in a format that podlake does not read are not counted.",
    )
    turn_threshold: float = Field(
        TURN_THRESHOLD,
        ge=0,
        le=1,
        description="Probability below which a turn that only the model sees is not asserted; at 1 none is sought, "
        "which spares what punctuated text without labels costs most.",
    )
    limit: int | None = Field(
        None, gt=0, description="New items that a run takes of each feed; the next run takes the rest."
    )
    since: dt.date | None = Field(
        None, description="Date before which a feed's new items are left for another run."
    )
    max_feed_bytes: int = Field(
        64 * MEGABYTE, gt=0, description="Bytes of one page of a feed after which its download stops."
    )
    recheck_days: int = Field(
        14,
        ge=0,
        description="Days in which a feed's transcripts are asked for again: after publication for changes, or after they were held back.",
    )
    allow_private_addresses: bool = Field(
        default=False, description="Whether feeds may lead to loopback, link-local and private addresses."
    )
    requests_per_host: int = Field(2, gt=0, description="Requests that one host gets at once.")
    host_pause_s: float = Field(0.1, ge=0, description="Seconds between two requests to one host.")
    timeout_s: float = Field(
        30.0, gt=0, description="Seconds to wait for a server to connect, or for its next bytes."
    )
    total_timeout_s: float = Field(
        600.0, gt=0, description="Seconds that fetching one document may take in all, with its retries."
    )
    lock_timeout_s: float = Field(60.0, ge=0, description="Seconds to wait for another publisher.")
    when_locked: Literal["wait", "leave"] = Field(
        "wait", description="Whether a run that finds another one at work on the lake waits or leaves."
    )
    late_after_s: float = Field(
        900.0, ge=0, description="Seconds after which a scheduled run that has not started counts as late."
    )
    dead_after_s: float = Field(
        6 * 3600.0,
        gt=0,
        description="Seconds after which a run of another machine that has not ended counts as dead; one of this machine does as soon as its process is gone.",
    )
    state: Path = Field(
        Path("~/.local/state/podlake"),
        description="Folder of the server and worker that run schedules: their state, logs and database.",
    )
    alerts: tuple[SecretStr, ...] = Field(
        (),
        description="Apprise URLs that are told of failed, late, incomplete and degraded runs; a JSON list.",
    )

    token: SecretStr | None = Field(
        None, description="What readers of the dashboard must show; made where it listens beyond loopback."
    )
    fresh_hours: float = Field(
        168.0, gt=0, description="Hours after the last run in which the dashboard calls the lake fresh."
    )
    keep_snapshots_days: float = Field(
        30.0, ge=0, description="Days for which maintenance keeps snapshots, to be queried as the lake was."
    )
    keep_snapshots: int = Field(10, ge=1, description="Newest snapshots that it keeps however old they are.")
    grace_hours: float = Field(
        24.0,
        ge=0,
        description="Hours that files stay after nothing needs them; longer than any query or run may take.",
    )

    @field_validator("alerts")
    @classmethod
    def _begin_with_a_scheme(cls, addresses: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
        """Refuse addresses that nothing could be sent to; what can be logged of an address is its scheme."""
        if not all(_SCHEME.match(address.get_secret_value()) for address in addresses):
            raise ValueError("each address needs a scheme, such as json:// or mailto://")
        return addresses

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Order the sources: flags, environment, ``podlake.toml``."""
        del dotenv_settings, file_secret_settings
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)


def load(**flags: Any) -> Settings:
    """Return the settings of this process; flags that are None count as not given.

    Raises:
        SettingsError: A value does not fit its setting, a setting is unknown, or ``podlake.toml`` is no TOML.
    """
    try:
        return Settings(**{name: value for name, value in flags.items() if value is not None})
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        raise SettingsError(
            f"setting {name!r} cannot be used: {first['msg']}",
            remedy=f"Look at flags, PODLAKE_{name.upper()} and podlake.toml.",
        ) from error
    except UnreadableError as error:
        remedy = """A list is written as JSON, such as PODLAKE_ALERTS='["json://example.org/hook"]'."""
        raise SettingsError(f"the environment cannot be used: {error}", remedy=remedy) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(
            f"settings cannot be read as TOML: {error}", where="podlake.toml", remedy="Mend that file."
        ) from error
