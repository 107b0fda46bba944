"""A draft as the JSON that programs rely on: the shape of ``GET /drafts/{id}``."""

import json

from assistant.domain.drafts import Draft


def render_json(draft: Draft) -> str:
    """One object, indented for people; members as in the API."""
    shown = {
        **draft.model_dump(mode="json", exclude={"body", "provenance"}),
        "etag": draft.etag,
        **draft.body.model_dump(mode="json"),
        **draft.provenance.model_dump(mode="json"),
    }
    # Escaped: a lone surrogate of a broken export could not be encoded.
    return json.dumps(shown, indent=2) + "\n"
