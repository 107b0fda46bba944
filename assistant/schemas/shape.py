"""What every JSON object of ours is."""

from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict

from ingest.times import parse_moment

LARGEST = 2**31 - 1
"""The largest number that an integer column of every database holds."""

Moment = Annotated[datetime, AfterValidator(parse_moment)]
"""A moment that somebody sends, in UTC; without a zone it is taken to be that already."""


class Shape(BaseModel):
    """A JSON object with known members only."""

    model_config = ConfigDict(frozen=True, extra="forbid")
