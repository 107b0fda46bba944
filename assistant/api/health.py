"""``/livez``: the process answers. ``/readyz``: it can do its work."""

from fastapi import APIRouter

from assistant.api.errors import PROBLEMS
from assistant.api.identity import App
from assistant.schemas import Shape

router = APIRouter(tags=["health"])


class Health(Shape):
    """Whether it is well, without details for strangers."""

    status: str


@router.get("/livez", operation_id="livez")
def livez() -> Health:
    """The process is alive."""
    return Health(status="alive")


@router.get("/readyz", operation_id="readyz", responses={503: PROBLEMS[503]})
def readyz(app: App) -> Health:
    """The database answers and the published index can be read; an empty corpus is ready too."""
    app.check_ready()
    return Health(status="ready")
