"""The outbox: a message waits as a slug with arguments, gets its words when it is sent, and is sent at least once.

A message that is being sent is due again some minutes later, so that one whose sender died or failed is tried again.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from string import Formatter
from typing import Any, NamedTuple

from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session

from catalog.tables import Offering
from scheduler import sms
from scheduler.channels import Channel, ChannelError, Outgoing
from scheduler.stored import NotFoundError
from scheduler.tables import Citizen, Message
from scheduler.texts import LANGUAGES, slugs, texts

AGAIN_AFTER = dt.timedelta(minutes=10)
AT_ONCE = 50  # messages that one sender takes
CHANNELS = ("sms", "letter", "call", "email")

Sessions = Callable[[], AbstractContextManager[Session]]


class MessageError(ValueError):
    """A message cannot be queued; the message says what was expected."""


class Sent(NamedTuple):
    """How many messages went out, and how many will be tried again."""

    sent: int
    failed: int


def queue(
    session: Session,
    citizen_id: int,
    channel: str,
    slug: str,
    arguments: Mapping[str, Any],
    now: dt.datetime,
    send_at: dt.datetime | None = None,
) -> Message:
    """Put a message into the outbox, in the transaction that gives rise to it.

    `arguments` are the words that the slug's text asks for, and `language` where it is not Danish. In place of a
    `title` they name an `offering`: only its neutral title can go out.

    Raises
    ------
    MessageError
        There is no such slug, channel or language, or an argument is missing or too many.
    NotFoundError
        There is no such offering.
    """
    kept = dict(arguments)
    if "title" in kept:
        raise MessageError(f"{slug}: give the offering's id as offering; a title of one's own may tell too much")
    if "offering" in kept:
        kept["title"] = neutral_title(session, kept.pop("offering"))
    _check(channel, slug, kept)
    message = Message(
        citizen_id=citizen_id, channel=channel, slug=slug, arguments=kept, created_at=now, send_at=send_at or now
    )
    session.add(message)
    session.flush()
    return message


def neutral_title(session: Session, offering_id: str) -> str:
    """What an offering is called where anybody may read along."""
    title = session.scalar(select(Offering.neutral_da).where(Offering.id == offering_id))
    if title is None:
        raise NotFoundError(f"there is no offering {offering_id!r}")
    return title


def render(message: Message, language: str | None = None) -> str:
    """Put a message into words, in its own language where none is named; an SMS fits into one part."""
    template = texts(language or message.arguments.get("language", LANGUAGES[0])).gettext(message.slug)
    words = {name: _shown(name, value) for name, value in message.arguments.items()}
    return _fit(template, words) if message.channel == "sms" else template.format_map(words)


def _shown(name: str, value: Any) -> str:
    """An argument as people say it: a week by its number alone."""
    return str(value).partition("-W")[2].lstrip("0") or str(value) if name == "week" else str(value)


def messages_to(citizen_id: int) -> Select[Message]:
    """The messages to a citizen, those that went out and those that wait."""
    return select(Message).where(Message.citizen_id == citizen_id)


def send_due(sessions: Sessions, channels: Mapping[str, Channel], now: dt.datetime) -> Sent:
    """Send everything that is due; `sessions` gives a session that commits at its end.

    No transaction is open while a message is on its way. A message without a channel, or whose channel fails, stays.
    """
    sent = failed = 0
    while True:
        with sessions() as session:
            taken = _take(session, now)
        for outgoing in taken:
            if not _send(channels, outgoing):
                failed += 1
                continue
            with sessions() as session:
                session.execute(update(Message).where(Message.id == outgoing.id).values(sent_at=now))
            sent += 1
        if len(taken) < AT_ONCE:
            return Sent(sent, failed)


def _take(session: Session, now: dt.datetime) -> list[Outgoing]:
    rows = session.execute(
        select(Message, Citizen.external_id)
        .join(Citizen, Citizen.id == Message.citizen_id)
        .where(Message.sent_at.is_(None), Message.send_at <= now)
        .order_by(Message.send_at, Message.id)
        .limit(AT_ONCE)
        .with_for_update(of=Message, skip_locked=True)
    ).all()
    taken = []
    for message, external_id in rows:
        message.send_at = now + AGAIN_AFTER
        taken.append(Outgoing(message.id, message.channel, external_id, message.slug, render(message)))
    return taken


def _send(channels: Mapping[str, Channel], outgoing: Outgoing) -> bool:
    channel = channels.get(outgoing.channel)
    if channel is None:
        return False
    try:
        channel.send(outgoing)
    except (ChannelError, OSError):
        return False
    return True


def _check(channel: str, slug: str, arguments: Mapping[str, Any]) -> None:
    if channel not in CHANNELS:
        raise MessageError(f"{slug}: expected a channel of {', '.join(CHANNELS)}, found {channel!r}")
    if slug not in slugs():
        raise MessageError(f"there is no message {slug!r}: expected one of {', '.join(sorted(slugs()))}")
    if arguments.get("language", LANGUAGES[0]) not in LANGUAGES:
        raise MessageError(f"{slug}: expected a language of {', '.join(LANGUAGES)}, found {arguments['language']!r}")
    wanted, given = fields(texts(LANGUAGES[0]).gettext(slug)), set(arguments) - {"language"}
    if wanted != given:
        raise MessageError(f"{slug}: expected the arguments {sorted(wanted)}, found {sorted(given)}")


def fields(template: str) -> set[str]:
    """The arguments that a text asks for."""
    return {name for _, name, _, _ in Formatter().parse(template) if name is not None}


def _fit(template: str, words: Mapping[str, str]) -> str:
    """Shorten the longest argument word by word, so that the text's own words stay as long as they can."""
    words = {name: sms.to_gsm(value) for name, value in words.items()}
    template = sms.to_gsm(template)
    text = template.format_map(words)
    for name in sorted(fields(template), key=lambda name: -len(words[name])):
        if sms.size(text) <= sms.MOST:
            break
        words[name] = sms.shorten(words[name], max(0, sms.size(words[name]) - (sms.size(text) - sms.MOST)))
        text = template.format_map(words)
    return sms.shorten(text, sms.MOST)
