"""What is wrong where the database refuses: which kind of problem it is, and what to do about it in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pysqlite3 import dbapi2 as sqlite
from sqlalchemy.exc import DataError, DBAPIError, InterfaceError, OperationalError


@dataclass(frozen=True)
class Trouble:
    """What is told of a trouble; `wait` is after how many seconds it is worth to ask again."""

    da: str
    en: str
    wait: int = 2


# A connection that breaks at the commit leaves it open whether the write was done; the key settles it.
_ASK_AGAIN_DA = "Send den samme forespørgsel igen med samme nøgle: den bliver udført én gang."
_ASK_AGAIN_EN = "Send the same request again with the same key: it is done once."
TROUBLES: Mapping[str, Trouble] = {
    "busy": Trouble(
        f"Intet er gemt. Vent lidt. {_ASK_AGAIN_DA}", f"Nothing was stored. Wait a little. {_ASK_AGAIN_EN}"
    ),
    "disk_full": Trouble(
        f"Intet er gemt. Bed den, der driver tjenesten, om at skaffe plads på disken. {_ASK_AGAIN_DA}",
        f"Nothing was stored. Ask whoever runs the service to make room on the disk. {_ASK_AGAIN_EN}",
        60,
    ),
    "read_only": Trouble(
        f"Intet er gemt. Bed den, der driver tjenesten, om at lade den skrive i databasen. {_ASK_AGAIN_DA}",
        f"Nothing was stored. Ask whoever runs the service to let it write to the database. {_ASK_AGAIN_EN}",
        60,
    ),
    "database_away": Trouble(
        f"Forbindelsen til databasen er brudt. Vent lidt. {_ASK_AGAIN_DA}",
        f"The connection to the database broke. Wait a little. {_ASK_AGAIN_EN}",
        5,
    ),
    "storage_failed": Trouble(
        f"Disken svarer med fejl. Sig det til den, der driver tjenesten. {_ASK_AGAIN_DA}",
        f"The disk answers with errors. Tell whoever runs the service. {_ASK_AGAIN_EN}",
        60,
    ),
    "invalid": Trouble(
        "Intet er gemt: en tekst eller et tal, som databasen ikke kan rumme. Ret det, og send det igen.",
        "Nothing was stored: a text or a number that the database cannot hold. Mend it and send it again.",
    ),
    "broken": Trouble(
        "Intet er gemt. Sig det til den, der driver tjenesten, med forespørgslens nummer.",
        "Nothing was stored. Tell whoever runs the service, with the request's number.",
    ),
}
# Two changes met where a row must be the only one or must be there: asked again, the later sees the earlier.
SQLITE: Mapping[int, str] = {
    787: "busy",  # SQLITE_CONSTRAINT_FOREIGNKEY and its kin, for which the driver has no names
    1555: "busy",  # ..._PRIMARYKEY
    2067: "busy",  # ..._UNIQUE
    sqlite.SQLITE_BUSY: "busy",
    sqlite.SQLITE_LOCKED: "busy",
    sqlite.SQLITE_FULL: "disk_full",
    sqlite.SQLITE_READONLY: "read_only",
    sqlite.SQLITE_CANTOPEN: "database_away",
    sqlite.SQLITE_IOERR: "storage_failed",
    sqlite.SQLITE_CORRUPT: "storage_failed",
    sqlite.SQLITE_NOTADB: "storage_failed",
}
# By the code of an error, or the two signs of its class (PostgreSQL's manual, appendix A).
POSTGRESQL: Mapping[str, str] = {
    "53100": "disk_full",
    "53": "busy",
    "25006": "read_only",
    "23503": "busy",
    "23505": "busy",
    "40": "busy",
    "55P03": "busy",
    "57014": "busy",
    "57": "database_away",
    "08": "database_away",
    "58": "storage_failed",
    "XX001": "storage_failed",
    "XX002": "storage_failed",
}


def trouble_of(error: Exception) -> str:
    """Which kind of problem an error of the database or of its pool is."""
    if not isinstance(error, DBAPIError):
        return "busy"  # Every connection of the pool is taken.
    if isinstance(error, DataError):
        return "invalid"
    code, state = getattr(error.orig, "sqlite_errorcode", None), getattr(error.orig, "sqlstate", None)
    if code is not None:
        return SQLITE.get(code) or SQLITE.get(code & 0xFF, "broken")
    if state:
        return POSTGRESQL.get(state) or POSTGRESQL.get(state[:2], "broken")
    is_lost = error.connection_invalidated or isinstance(error, OperationalError | InterfaceError)
    return "database_away" if is_lost else "broken"
