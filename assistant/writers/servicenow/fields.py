"""Where in ServiceNow approved text may go."""

from assistant.domain.approval import BodyForm
from assistant.domain.delivery import Field
from assistant.domain.drafts import SectionName

WORK_NOTES = "work_notes"
KB_DRAFT = "kb-draft"

# The usual length of a text field there. Longer text is cut off without a word, and with it the
# mark by which it would be found again. An instance may have longer ones: see the option.
PROBLEM_FIELD_CHARS = 4_000

_RESTORED = (
    "puts the earlier text back and says so in a work note; where the earlier text is not known "
    "word for word, only the work note is added"
)
# Source: the vendor's page "Synchronization between incident and problem records".
_REACHES_CALLERS = (
    "Text in this field may reach callers: {how} copies it into the additional comments of the "
    "related incidents, and callers are mailed."
)


def servicenow_fields(problem_field_chars: int = PROBLEM_FIELD_CHARS) -> tuple[Field, ...]:
    """The fields, the default first. ``comments``, which callers read, is not among them."""
    return (
        Field(
            name=WORK_NOTES,
            label="Work note",
            form=BodyForm.TEXT,
            undo="adds a work note that takes it back; the first one stays",
        ),
        Field(
            name="cause_notes",
            label="Cause notes of the problem",
            form=BodyForm.TEXT,
            undo=_RESTORED,
            sections=(
                SectionName.PROXIMATE_CAUSE,
                SectionName.ROOT_CAUSE,
                SectionName.CONTRIBUTING_FACTORS,
            ),
            replaces=True,
            max_chars=problem_field_chars,
        ),
        Field(
            name="fix_notes",
            label="Fix notes of the problem",
            form=BodyForm.TEXT,
            undo=_RESTORED,
            sections=(SectionName.RESOLUTION,),
            replaces=True,
            max_chars=problem_field_chars,
            warning=_REACHES_CALLERS.format(how="communicating the fix, or resolving the problem,"),
        ),
        Field(
            name="workaround",
            label="Workaround of the problem",
            form=BodyForm.TEXT,
            undo=_RESTORED,
            sections=(SectionName.LIMITED_IMPACT, SectionName.RESOLUTION),
            replaces=True,
            max_chars=problem_field_chars,
            warning=_REACHES_CALLERS.format(how="communicating the workaround"),
        ),
        Field(
            name=KB_DRAFT,
            label="New knowledge article, as a draft",
            form=BodyForm.TEXT,
            undo="retires the article while it is still a draft",
        ),
    )
