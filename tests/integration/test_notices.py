"""What channels are told, in the form that each vendor takes; never twice, never a secret."""

from collections.abc import Iterator
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Response

from assistant.domain.approval import ProposalState
from assistant.domain.notices import Notice, Notifier
from assistant.notices import NOTIFIERS, notifiers
from ingest.connections import BearerAuth, Connection, UrlAuth
from retrieval.errors import InvalidSettings, Refused, ServiceUnavailable, Throttled, Unanswered

TOKEN = "xoxb-secret-token"
PATH = "/workflows/0a1b/triggers/manual"
SIGNATURE = "sig=very-secret-signature"


def notice(**changes: Any) -> Notice:
    values: dict[str, Any] = {
        "proposal_id": "prop-1",
        "record_id": "INC1",
        "title": "VPN <!channel> & *certificates* [expire](http://evil.example)",
        "shown_as": "INC0010427 VPN drops",
        "state": ProposalState.SUBMITTED,
        "person": "ruth",
        "url": "https://precedent.example/approvals/prop-1",
    }
    return Notice(**values | changes)


def connection(kind: str, server: HTTPServer, **changes: Any) -> Connection:
    if kind == "slack":
        values: dict[str, Any] = {
            "base_url": server.url_for(""),
            "write": BearerAuth(token=TOKEN),
            "options": {"channel": "C0123"},
        }
    else:
        values = {"write": UrlAuth(url=f"{server.url_for(PATH)}?{SIGNATURE}")}
    return Connection(name="ops", kind=kind, timeout_seconds=0.5, **values | changes)


@pytest.fixture(params=sorted(NOTIFIERS))
def kind(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture
def notifier(kind: str, httpserver: HTTPServer) -> Iterator[Notifier]:
    (found,) = notifiers([connection(kind, httpserver)])
    yield found
    found.close()  # type: ignore[attr-defined]  # every one of ours has it


def answering(server: HTTPServer, kind: str, response: Response) -> None:
    path = "/api/chat.postMessage" if kind == "slack" else PATH
    server.expect_request(path, method="POST").respond_with_response(response)


class TestEveryNotifier:
    def test_it_tells_what_and_where_and_nothing_that_decides(
        self, notifier: Notifier, kind: str, httpserver: HTTPServer
    ) -> None:
        answering(httpserver, kind, Response('{"ok": true}', mimetype="application/json"))
        notifier.tell(notice())
        ((request, _),) = httpserver.log
        body = request.get_data(as_text=True)
        assert "waits for approval" in body
        assert "https://precedent.example/approvals/prop-1" in body
        assert "Action.Submit" not in body
        assert "button" not in body

    @pytest.mark.parametrize("status", [500, 503])
    def test_an_unknown_outcome_is_not_repeated(
        self, notifier: Notifier, kind: str, httpserver: HTTPServer, status: int
    ) -> None:
        answering(httpserver, kind, Response(status=status))
        with pytest.raises(Unanswered):
            notifier.tell(notice())
        assert len(httpserver.log) == 1

    def test_a_channel_that_asks_to_wait(
        self, notifier: Notifier, kind: str, httpserver: HTTPServer
    ) -> None:
        answering(httpserver, kind, Response(status=429, headers={"Retry-After": "7"}))
        with pytest.raises(Throttled) as caught:
            notifier.tell(notice())
        assert caught.value.wait_seconds == 7

    def test_no_error_tells_the_secret(
        self, notifier: Notifier, kind: str, httpserver: HTTPServer
    ) -> None:
        answering(httpserver, kind, Response(f"bad {SIGNATURE} {TOKEN}", status=403))
        with pytest.raises(Refused) as caught:
            notifier.tell(notice())
        if kind == "teams":
            assert SIGNATURE not in str(caught.value)
        nobody = "http://127.0.0.1:9"
        changes = (
            {"base_url": nobody}
            if kind == "slack"
            else {"write": UrlAuth(url=f"{nobody}{PATH}?{SIGNATURE}")}
        )
        (away,) = notifiers([connection(kind, httpserver, **changes)])
        with pytest.raises(ServiceUnavailable) as missed:
            away.tell(notice())
        assert SIGNATURE not in f"{missed.value!r}"
        assert TOKEN not in f"{missed.value!r}"

    @pytest.mark.parametrize("change", [{"enabled": False}, {"dry_run": True}])
    def test_a_connection_that_is_off_tells_nothing(
        self, kind: str, httpserver: HTTPServer, change: dict[str, Any]
    ) -> None:
        assert notifiers([connection(kind, httpserver, **change)]) == []

    def test_a_connection_without_its_secret_is_refused(
        self, kind: str, httpserver: HTTPServer
    ) -> None:
        with pytest.raises(InvalidSettings, match=r"connections\.ops\.write"):
            notifiers([connection(kind, httpserver, write=None)])


class TestSlack:
    def test_a_200_that_says_no_is_a_refusal_with_a_hint(self, httpserver: HTTPServer) -> None:
        refused = Response('{"ok": false, "error": "not_in_channel"}', mimetype="application/json")
        answering(httpserver, "slack", refused)
        (slack,) = notifiers([connection("slack", httpserver)])
        with pytest.raises(Refused, match="Invite the app"):
            slack.tell(notice())

    def test_a_title_mentions_nobody_and_is_no_link(self, httpserver: HTTPServer) -> None:
        answering(httpserver, "slack", Response('{"ok": true}', mimetype="application/json"))
        (slack,) = notifiers([connection("slack", httpserver)])
        slack.tell(notice())
        body = httpserver.log[0][0].get_json()
        assert "<!channel>" not in body["text"]
        (title,) = [b["text"] for b in body["blocks"] if "certificates" in b["text"]["text"]]
        assert title["type"] == "plain_text"


class TestTeams:
    def test_a_title_is_not_read_as_markdown(self, httpserver: HTTPServer) -> None:
        answering(httpserver, "teams", Response(status=202))
        (teams,) = notifiers([connection("teams", httpserver)])
        teams.tell(notice())
        card = httpserver.log[0][0].get_json()["attachments"][0]["content"]
        assert {block["type"] for block in card["body"]} == {"RichTextBlock"}


def test_a_long_title_is_cut() -> None:
    assert len(notice(title="x" * 5_000).details) < 400
