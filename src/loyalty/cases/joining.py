"""A survey joined to its tables: whose rows are whose, and of whom there are none.

Keys are hashed as they are read (BLAKE2b with a salt that lives as long as the call), compared, and
dropped: what is handed on are places of the survey's rows.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from loyalty.cases.study import Study
from loyalty.cases.survey import Survey
from loyalty.cases.tables import Loaded
from loyalty.ground import disclosure
from loyalty.ground.findings import Count, People, Record
from loyalty.ground.reasons import CannotCompute


class JoinedTable(Record):
    """How a table and the survey's people met.

    `matched` of the `respondents` have rows, `unmatched` have a key that none of the rows has,
    `without_key` have none, and `shared` have one that another respondent has, too: they are left
    out. `strangers` are customers of the table who are nobody of the survey. Of the rows of those
    who matched, `before` are of the day of the survey or earlier.
    """

    table: str
    respondents: Count
    without_key: People
    shared: People
    unmatched: People
    matched: People
    strangers: People
    rows: Count
    before: Count
    after: Count


@dataclass(frozen=True)
class Joined:
    """The rows of one table that are of the survey's people.

    Attributes
    ----------
    rows : DataFrame
        The table's, with ``person`` (the label of the survey's row) in place of ``customer``.
    known : Index
        The survey's rows whose key is theirs alone, matched or not.
    counted : JoinedTable
    """

    rows: pd.DataFrame
    known: pd.Index
    counted: JoinedTable


def _hashed(keys: pd.Series, salt: bytes) -> pd.Series:
    def one(key: str) -> bytes | None:
        text = key.strip()
        return hashlib.blake2b(text.encode(), key=salt, digest_size=16).digest() if text else None

    return keys.astype("string").astype(object).map(one, na_action="ignore")


def join(survey: Survey, tables: Sequence[Loaded]) -> dict[str, Joined]:
    """The tables that the description joins to the survey, by name.

    Raises
    ------
    CannotCompute
        Where no key of the survey is in a table of transactions, or those of so few people that
        what they did would be known of them.
    """
    study: Study = survey.study
    assert study.join is not None and study.join.key is not None and study.join.asked is not None
    asked, salt = pd.Timestamp(study.join.asked), secrets.token_bytes(16)
    keys = _hashed(survey.rows[study.join.key], salt)
    there = keys.dropna()
    alone = there[~there.duplicated(keep=False)]
    person = pd.Series(alone.index, index=alone.to_numpy())
    found = {}
    for table in tables:
        if table.resource.id not in study.join.tables:
            continue
        if "customer" not in table.rows:
            raise CannotCompute("no_customer_to_join", table=table.resource.id)
        customers = _hashed(table.rows["customer"], salt)
        who = customers.map(person)
        # No word that somebody wrote is handed on.
        mine = table.rows.drop(columns=["customer", "text"], errors="ignore").assign(person=who)
        mine = mine[who.notna()]
        matched = int(mine["person"].nunique())
        if not matched and table.resource.kind == "transactions":
            raise CannotCompute("no_key_matches", table=table.resource.id)
        if matched < disclosure.least() and table.resource.kind == "transactions":
            raise CannotCompute("few_keys_match", table=table.resource.id)
        if "date" not in mine:
            raise CannotCompute("no_date_to_join", table=table.resource.id)
        late = mine["date"] > asked
        counted = JoinedTable(
            table=table.resource.id,
            respondents=len(survey.rows),
            without_key=int(keys.isna().sum()),
            shared=len(there) - len(alone),
            unmatched=len(alone) - matched,
            matched=matched,
            strangers=int(customers[~customers.isin(there)].nunique()),
            rows=len(mine),
            before=int((~late).sum()),
            after=int(late.sum()),
        )
        found[table.resource.id] = Joined(mine.reset_index(drop=True), alone.index, counted)
    return found
