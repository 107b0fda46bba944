"""What every JSON object of ours is."""

from pydantic import BaseModel, ConfigDict


class Shape(BaseModel):
    """A JSON object with known members only."""

    model_config = ConfigDict(frozen=True, extra="forbid")
