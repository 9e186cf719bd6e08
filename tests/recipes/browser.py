"""A browser without scripts: it keeps cookies, reads forms, and follows redirects only when told to."""
import html.parser
import http.cookiejar
import urllib.error
import urllib.parse
import urllib.request

DEADLINE = 20  # seconds for one answer


class Forms(html.parser.HTMLParser):
    """The forms of a page: [{"action": address, "fields": {name: value}}]."""

    def __init__(self, text):
        super().__init__()
        self.forms = []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        words = dict(attributes)
        if tag == "form":
            self.forms.append({"action": words.get("action") or "", "fields": {}})
        elif tag in ("input", "button") and self.forms and words.get("name"):
            self.forms[-1]["fields"][words["name"]] = words.get("value") or ""


class Answer:
    def __init__(self, url, response):
        self.url, self.status, self.headers = url, response.status, response.headers
        self.body = response.read().decode()

    @property
    def location(self):
        return self.headers.get("Location", "")

    @property
    def cookies(self):
        return self.headers.get_all("Set-Cookie", [])

    def form(self, action):
        """The form that leads there, or whose address begins so; a KeyError if the page has none."""
        for form in Forms(self.body).forms:
            if form["action"].startswith(action):
                return form
        raise KeyError(f"{self.url} ({self.status}) has no form to {action}: {self.body}")


class Untouched(urllib.request.HTTPRedirectHandler, urllib.request.HTTPErrorProcessor):
    """Hands on every answer as it came."""

    def http_response(self, request, response):
        return response


class Browser:
    def __init__(self, site, agent="the browser of the recipes"):
        self.site, self.agent = site, agent
        self.jar = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(self.jar), Untouched)

    def raw(self, method, address, body=None, headers=()):
        url = self.site + address if address.startswith("/") else address
        request = urllib.request.Request(url, None if body is None else body.encode(), {"Accept": "text/html", "User-Agent": self.agent, **dict(headers)}, method=method)
        return Answer(url, self.opener.open(request, timeout=DEADLINE))

    def ask(self, method, address, data=None, headers=()):
        return self.raw(method, address, None if data is None else urllib.parse.urlencode(data), headers)

    def get(self, address, headers=()):
        return self.ask("GET", address, headers=headers)

    def post(self, address, data, headers=()):
        """As the page of this site that is at `address` sends a form."""
        origin = "/".join((self.site if address.startswith("/") else address).split("/")[:3])
        return self.ask("POST", address, data, {"Origin": origin, **dict(headers)})

    def submit(self, page, action, **fields):
        form = page.form(action)
        return self.post(urllib.parse.urljoin(page.url, form["action"]), {**form["fields"], **fields})

    def follow(self, answer):
        """Where redirects lead."""
        for _ in range(20):
            if answer.status not in (302, 303):
                return answer
            answer = self.get(urllib.parse.urljoin(answer.url, answer.location))
        raise RuntimeError(f"redirects without end: {answer.url}")

    def copy(self):
        """Another browser with the same cookies."""
        twin = Browser(self.site, self.agent)
        for cookie in self.jar:
            twin.jar.set_cookie(cookie)
        return twin
