"""The Danish words for sheets and columns that a centre may use beside the English ones."""

from __future__ import annotations

SHEETS = {
    "steder": "sites",
    "medarbejdere": "staff",
    "lokaler": "rooms",
    "tilbud": "offerings",
    "faste hold": "series",
    "hold": "groups",
    "borgere": "citizens",
    "perioder": "periods",
    "rådighed": "availability",
    "ønsker": "wishes",
    "tidsønsker": "times",
    "kontakter": "contacts",
    "låse": "locks",
    "aftaler": "agreements",
    "forløb": "enrolments",
    "henvisninger": "referrals",
    "visitationer": "clearances",
    "gennemført": "completions",
    "prøver": "tests",
    "mål": "goals",
    "delmål": "sub_goals",
    "adskilles": "keep_apart",
}
COLUMNS = {
    "navn": "name",
    "adresse": "address",
    "rejsetid": "travel",
    "rolle": "role",
    "sted": "site",
    "ugetimer": "week_hours",
    "arbejdstid": "hours",
    "plads til": "capacity",
    "tilbud": "offering",
    "lokale": "room",
    "medarbejdere": "staff",
    "medarbejder": "staff",
    "mødegange": "meetings",
    "pladser": "seats",
    "mindst": "minimum",
    "gælder fra": "valid_from",
    "gælder til": "valid_to",
    "uge": "week",
    "borger": "citizen",
    "hjemsted": "home_site",
    "startet": "joined",
    "mindste timer": "min_hours",
    "højeste timer": "max_hours",
    "energi": "energy",
    "møder pr dag": "daily_limit",
    "ledig siden": "out_of_work_since",
    "beskyttet adresse": "protected_address",
    "målgruppe": "target_group",
    "ben": "legs",
    "vigtigste ben": "most_pressing",
    "styrker": "strengths",
    "jobønsker": "job_wishes",
    "steder": "sites",
    "dag": "day",
    "fra": "start",
    "til": "end",
    "slags": "kind",
    "styrke": "strength",
    "nej tak": "refused",
    "hold": "group",
    "låst af": "locked_by",
    "hvorfor": "why",
    "fra uge": "from_week",
    "til uge": "until_week",
    "fast hold": "series",
    "timer pr uge": "week_hours",
    "vurderet": "assessed",
    "bindende": "binding",
    "den anden": "other",
    "halvdag": "half",
    "prøve": "test",
    "niveau": "level",
    "prøvet den": "tested_on",
    "gennemført den": "completed_on",
    "indikator": "indicator",
    "inden uge": "by_week",
    "nået": "done",
    "sat den": "set_on",
    "livsområde": "leg",
    "ord": "words",
    "hvorhen": "destination",
    "indtil": "until",
}


def sheet_name(text: str) -> str:
    """The English name of a sheet, or the text in lower case where it is none of the Danish ones."""
    word = text.strip().lower()
    return SHEETS.get(word, word)


def column_name(text: str) -> str:
    """The English name of a column, or the text in lower case where it is none of the Danish ones."""
    word = text.strip().lower().replace(".", "")
    return COLUMNS.get(word, word.replace(" ", "_"))
