"""A draft as the JSON that programs rely on: the shape of ``GET /drafts/{id}``."""

import json

from assistant.domain.drafts import Draft
from assistant.services.drafting.whys import five_whys


def render_json(draft: Draft) -> str:
    """One object, indented for people; members as in the API."""
    shown = {
        **draft.model_dump(mode="json", exclude={"body", "provenance"}),
        "etag": draft.etag,
        **draft.body.model_dump(mode="json"),
        "whys": [
            {
                "question": why.question,
                "answer": why.answer and why.answer.model_dump(mode="json"),
            }
            for why in five_whys(draft.body)
        ],
        **draft.provenance.model_dump(mode="json"),
    }
    # Escaped: a lone surrogate of a broken export could not be encoded.
    return json.dumps(shown, indent=2) + "\n"
