"""Lighthouse on the report of 12 and of 500 accounts, an account's page and a week's, as S3 serves them: gzipped.

Over HTTP on loopback.

Not a test: it needs npm's `lighthouse`, and its performance score follows the machine. By hand:

    npm install --no-save --prefix "$DIR" lighthouse@12.8.2
    python -m tests.reports.lighthouse "$DIR/node_modules/.bin/lighthouse"
"""

import gzip
import json
import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from reports.render import render_account
from tests.reports.browser import FLAGS, chromium
from tests.reports.rendered import accounts_of, period_page_of, report_of
from tests.reports.world import many, world

CATEGORIES = ("performance", "accessibility", "best-practices")
SECONDS = 180


def pages() -> dict[str, bytes]:
    """Return the pages by path, compressed."""
    twelve = world()
    found = {
        "day of 12 accounts": report_of(twelve),
        "day of 500 accounts": report_of(world(many(500), days=29)),
        "account": render_account(accounts_of(twelve)["northwindair"]),
        "week of 12 accounts": period_page_of(twelve),
    }
    return {f"/{name.replace(' ', '-')}": gzip.compress(html.encode()) for name, html in found.items()}


class Handler(BaseHTTPRequestHandler):
    """Serves `pages`, nothing else."""

    pages: dict[str, bytes]

    def do_GET(self) -> None:
        body = self.pages.get(self.path)
        self.send_response(200 if body else 404)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        if body:
            self.send_header("Content-Encoding", "gzip")
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body or b"")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def scores(lighthouse: str, url: str) -> dict[str, int]:
    """Return the scores of a page, of 100."""
    command = [
        lighthouse,
        url,
        "--quiet",
        "--output=json",
        f"--only-categories={','.join(CATEGORIES)}",
        f"--chrome-flags={' '.join(FLAGS)}",
    ]
    environment = os.environ | {"CHROME_PATH": chromium() or ""}
    done = subprocess.run(command, env=environment, capture_output=True, timeout=SECONDS, check=True)
    found = json.loads(done.stdout)["categories"]
    return {name: round(100 * found[name]["score"]) for name in CATEGORIES}


def main(lighthouse: str) -> None:
    """Print a line per page."""
    Handler.pages = pages()
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        for path, body in Handler.pages.items():
            found = scores(lighthouse, f"http://127.0.0.1:{server.server_port}{path}")
            scored = ", ".join(f"{name} {score}" for name, score in found.items())
            sys.stdout.write(f"{path[1:]}, {len(body) / 1000:.0f} KB gzipped: {scored}\n")
        server.shutdown()


if __name__ == "__main__":
    main(sys.argv[1])
