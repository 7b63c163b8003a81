"""What loading the content files did, and whether it may write."""

from __future__ import annotations

from dataclasses import dataclass, field

from faq.rules.content import digest


@dataclass(slots=True)
class Report:
    """What a load did, by the names of the files."""

    created: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    """Edited in the admin and not overwritten."""
    warnings: list[str] = field(default_factory=list)


def decide(name: str, wanted: str, now: str | None, loaded: str, report: Report, overwrite: bool) -> bool:
    """Whether to write, told to the report. `now` is what the row says, None where there is no row.

    `loaded` is the digest of what was last loaded into it.
    """
    if now is None:
        report.created.append(name)
    elif now == wanted and loaded == digest(wanted):
        report.unchanged.append(name)
        return False
    elif digest(now) != loaded and now != wanted and not overwrite:
        report.kept.append(name)
        return False
    else:
        report.updated.append(name)
    return True
