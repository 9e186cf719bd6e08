"""Modules that make requests of their own, that keep answers, or that show files in another way."""
from lint_proof.block import block, fresh, needs
from lint_proof.site import PROTECT, PUBLIC


def protected_page(site):
    return site.pages[0]


@block
def ssi(site, rng):
    where = rng.choice(("open", "open", "server", "tenant", "protected"))
    line = rng.choice(("ssi on;", "ssi on; ssi_types *;", "ssi on;"))
    if where == "open":
        site.open_lines.append(line)
    elif where == "server":
        site.server.append(line)
    elif where == "protected":
        site.after.append(line)
    else:
        site.location("/guestbook/", PUBLIC, line, "proxy_pass http://app;")
    if site.is_files and where in ("open", "server") and rng.random() < 0.7:
        site.location("/guestbook/", PUBLIC, "proxy_pass http://app;", rng.choice(("", "ssi on;")))


@block
def addition(site, rng):
    page = rng.choice((protected_page(site), "/open/page.html", "/admin/index.html"))
    site.location("/pages/", PUBLIC, f"{rng.choice(('add_before_body', 'add_after_body'))} {page}; addition_types *;", "proxy_pass http://app;")


@block
def mirror(site, rng):
    (site.after if rng.random() < 0.5 else site.open_lines).append("mirror /copy;")
    site.location("= /copy", rng.choice(("internal;", "")), rng.choice(("", PROTECT, PUBLIC, "proxy_set_header Cookie \"\";")),
                  rng.choice(("proxy_pass http://app$request_uri;", "proxy_pass http://other$request_uri;",
                              "proxy_pass http://app/admin/secret.txt;", "proxy_pass http://app;")))


@block
def echo_subrequests(site, rng):
    needs(site.kind in ("files", "proxy"))
    way = rng.choice(("echo_location {};", "echo_subrequest GET {};", "echo_location_async {};", "echo_exec {};", "echo hello;",
                      "echo_before_body x; echo_location $arg_file;"))
    site.location("/echo", way.format(protected_page(site)))
    if "$arg" in way:
        site.ask("nobody", "GET", f"/echo?file={protected_page(site)}")


@block
def slices(site, rng):
    needs(site.kind == "proxy")
    site.location("/big/", rng.choice((PUBLIC, PROTECT)), "slice 1k; proxy_set_header Range $slice_range;",
                  rng.choice(("proxy_pass http://app;", "proxy_pass http://app/admin/;")))


@block
def answers_kept(site, rng):
    needs(site.kind in ("proxy", "fastcgi") and not any("proxy_store" in line for line in site.after))
    kind, zone = site.kind, fresh(site, "k")
    site.http.append(f"{kind}_cache_path @DIR@/kept-{zone.split('_')[0]} keys_zone={zone}:64k;")
    key = rng.choice(("$request_uri", "$uri", '"$session_user $request_uri"', '"$http_cookie $uri"', "$host$uri$is_args$args",
                      '"$cookie_user $uri"', '"$session_user"'))
    lines = f"{kind}_cache {zone}; {kind}_cache_key {key}; {kind}_cache_valid any 1m;"
    where = rng.choice(("protected", "protected", "server", "open"))
    {"protected": site.after, "server": site.server, "open": site.open_lines}[where].append(lines)


@block
def kept_on_disk(site, rng):
    needs(site.kind == "proxy" and not any("proxy_cache" in line for line in site.after))
    site.after.append("proxy_store @DIR@/site/kept$uri;")
    site.location("/kept/", rng.choice(("root @DIR@/site;", "root @DIR@/site; deny all;", f"{PROTECT} root @DIR@/site;")))
    site.ask("alice", "GET", "/admin/secret.txt")
    site.ask("nobody", "GET", "/kept/admin/secret.txt")


@block
def lists_of_files(site, rng):
    needs(site.is_files)
    site.location("/list/", f"alias {rng.choice(('@DIR@/site/admin/', '@DIR@/site/', '@DIR@/site/open/'))};",
                  rng.choice(("autoindex on;", "random_index on;", "gzip_static on;",
                              "dav_methods PUT MOVE COPY; client_body_temp_path @DIR@/body;")))


@block
def random_index(site, rng):
    needs(site.is_files)
    (site.after if rng.random() < 0.5 else site.open_lines).append("random_index on;")


@block
def accelerated(site, rng):
    """Files that an application gives out by X-Accel-Redirect."""
    site.location("/vault/", rng.choice(("internal;", PROTECT, f"internal; {PROTECT}")), "alias @DIR@/vault/;")
    site.files.append(("vault/secret.txt", "login"))
    site.areas.append(("/vault/", "login"))
    site.location("/ask/", PUBLIC, "proxy_pass http://app;", rng.choice(("", "proxy_ignore_headers X-Accel-Redirect;")))
    site.ask("nobody", "GET", "/vault/secret.txt")
    site.ask("nobody", "GET", "/ask/x?accel=/admin/secret.txt")
    site.ask("bob", "GET", "/ask/x?accel=@bare")
    site.ask("nobody", "GET", "/ask/x?accel=@bare")
    if rng.random() < 0.5:
        site.location("@bare", rng.choice((PROTECT, PUBLIC)), "proxy_pass http://app;")


@block
def error_page_of_protected_files(site, rng):
    needs(site.is_files)
    to = rng.choice(("/admin/secret.txt", "/open/page.html", "/vault/page.txt"))
    site.server.append(f"error_page {rng.choice(('404', '403', '405'))} {rng.choice(('=200', ''))} {to};")
    site.location("/vault/", "internal; alias @DIR@/vault/;")
    site.files.append(("vault/page.txt", "open"))


@block
def words_of_a_site(site, rng):
    """Harmless lines, to see that nothing is said of them."""
    site.server.append(rng.choice(("gzip on;", "client_max_body_size 10m;", "add_header X-Frame-Options DENY always;",
                                   "sendfile on; tcp_nopush on;", "charset utf-8;", "etag off;",
                                   "error_page 404 /open/page.html;", "server_tokens off;", "keepalive_timeout 10s;")))
    site.location("= /robots.txt", 'return 200 "User-agent: *";')


@block
def referers_and_agents(site, rng):
    """Walls that are none, before the check or in place of it."""
    site.after.append(rng.choice(("valid_referers none blocked server_names; if ($invalid_referer) { return 403; }",
                                  'if ($http_user_agent ~ "curl|bot") { return 444; }',
                                  "if ($http_referer !~ site) { return 404; }")))
    if rng.random() < 0.5:
        site.before.append("error_page 403 404 @wall;")
        site.location("@wall", rng.choice(("return 404;", "root @DIR@/site;")))


@block
def answers_changed(site, rng):
    """Filters of answers, which show nothing to anybody else."""
    site.open_lines.append(rng.choice(("sub_filter a b; sub_filter_once off;", "gzip on;", "gunzip on;", "charset utf-8;", "add_trailer X-A b;",
                                       "etag on;")))
    site.after.append(rng.choice(("sub_filter </head> <x>;", "expires -1;", "add_header X-Frame-Options DENY always;")))


@block
def kept_by_the_path(site, rng):
    """A cache of the open place or the server that a protected answer gets into, or the other way round."""
    needs(site.kind in ("proxy", "fastcgi") and not any("proxy_store" in line for line in site.after))
    zone = fresh(site, "k")
    site.http.append(f"{site.kind}_cache_path @DIR@/kept-{zone.split('_')[0]} keys_zone={zone}:64k;")
    for where, key in ((site.after, rng.choice(("$uri", '"$uri $session_user"'))),
                       (site.open_lines, rng.choice(("$uri", "$arg_key", "$request_uri")))):
        where.append(f"{site.kind}_cache {zone}; {site.kind}_cache_key {key}; {site.kind}_cache_valid any 1m;")
    site.ask("alice", "GET", site.pages[0])
    site.ask("nobody", "GET", f"/open?key={site.pages[0]}")


@block
def secret_of_a_link(site, rng):
    """secure_link in the place of a check, and beside it."""
    needs(site.is_files)
    site.after.append('secure_link $arg_sum; secure_link_md5 "word$uri"; if ($secure_link = "") { return 403; }')
    site.before.append(rng.choice(("", "error_page 403 @sum;")))
    site.location("@sum", rng.choice(("return 403;", "root @DIR@/site;")))


@block
def echo_and_execution(site, rng):
    needs(site.kind in ("files", "proxy"))
    site.location("/run", rng.choice(("echo_exec @bare;", f"echo_exec {protected_page(site)};", "echo_read_request_body; echo $request_body;",
                                      "echo $http_cookie;")))
    site.location("@bare", PUBLIC, rng.choice(("rewrite ^ /admin/secret.txt break;", "")), site.serves())
