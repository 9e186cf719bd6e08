// Login, logout and a page with a login, in Go behind nginx and session-gateway. It needs no package for sessions.
package main

import (
	"encoding/json"
	"fmt"
	"html/template"
	"log"
	"net"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"syscall"

	"golang.org/x/crypto/bcrypt"
)

type user struct {
	password string
	groups   []string
}

// A sample, with the password "wonderland". Keep such hashes in your database: bcrypt.GenerateFromPassword(...).
var users = map[string]user{"alice": {"$2a$11$SKpsyUewJjGmklDbKO.5s.Dge5G3gnJfCwjxYugy6PK1MRfpsvxYa", []string{"staff"}}}

// Compared with if there is no such user, so that the time of an answer does not tell which names exist.
var nobody = user{password: "$2a$11$5JhEj90/j0TJfZAJ0H8nqenkRph07Y3ysOSNzwd.nDAZuFy0PF5O6"}

// html/template escapes what is filled in, each value for its place.
var pages = template.Must(template.New("").Parse(`
{{define "start"}}<!doctype html><html lang="en"><title>Recipe</title>
<h1>Welcome</h1>
<p><a href="/account">Your account</a></p></html>{{end}}

{{define "login"}}<!doctype html><html lang="en"><title>Log in</title>
<h1>Log in</h1>
<p role="alert">{{.Problem}}</p>
<form method="post" action="/login">
  <input type="hidden" name="to" value="{{.To}}">
  <p><label>Name <input name="user" autocomplete="username" required></label></p>
  <p><label>Password <input name="password" type="password" autocomplete="current-password" required></label></p>
  <p><button>Log in</button></p>
</form></html>{{end}}

{{define "account"}}<!doctype html><html lang="en"><title>Your account</title>
<h1>Hello, {{.User}}</h1>
<p>Groups: {{.Groups}}</p>
<p>Note: {{or .Note "none yet"}}</p>
<form method="post" action="/account/note">
  <p><label>Note <input name="note" maxlength="200"></label> <button>Keep</button></p>
</form>
<p><a href="/account/devices">Your devices</a></p>
<form method="post" action="/logout"><button>Log out</button></form></html>{{end}}`))

func show(w http.ResponseWriter, status int, page string, values any) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	if err := pages.ExecuteTemplate(w, page, values); err != nil {
		log.Print(err)
	}
}

// What the gateway says of the session. nginx sets these headers, and takes away what a client sends under their names: so they
// can be trusted exactly as long as nobody but nginx can connect to this application. Values are percent-encoded.
func identity(r *http.Request, name string) string {
	value, err := url.PathUnescape(r.Header.Get("X-Auth-Request-" + name))
	if err != nil {
		return ""
	}
	return value
}

// Has the gateway change the session, and send the browser on.
func commit(w http.ResponseWriter, location, action, value string) {
	w.Header().Set("X-Accel-Redirect", "/_session/commit")
	w.Header().Set("X-Session-Location", location)
	w.Header().Set(action, value)
}

// JSON in ASCII: a header is no place for anything else.
func ascii(attributes map[string]any) string {
	text, err := json.Marshal(attributes)
	if err != nil {
		return "{}"
	}
	escaped := ""
	for _, c := range string(text) {
		switch {
		case c < 0x7f:
			escaped += string(c)
		case c < 0x10000:
			escaped += fmt.Sprintf(`\u%04x`, c)
		default: // two halves, as JavaScript has it
			escaped += fmt.Sprintf(`\u%04x\u%04x`, 0xd800+(c-0x10000)>>10, 0xdc00+(c-0x10000)&0x3ff)
		}
	}
	return escaped
}

// Anybody can write a link to /login?to=...: it must lead to a page of this site, and so not begin with // or, which browsers take
// for the same, with /\.
var local = regexp.MustCompile(`\A/(?:[!-.0-\[\]-~][!-~]*)?\z`)

func safe(to string) string {
	if local.MatchString(to) {
		return to
	}
	return "/account"
}

func loginForm(w http.ResponseWriter, r *http.Request) {
	show(w, http.StatusOK, "login", map[string]string{"To": safe(r.URL.Query().Get("to"))})
}

func logIn(w http.ResponseWriter, r *http.Request) {
	name, to := r.PostFormValue("user"), safe(r.PostFormValue("to"))
	found, known := users[name]
	if !known {
		found = nobody
	}
	if bcrypt.CompareHashAndPassword([]byte(found.password), []byte(r.PostFormValue("password"))) != nil {
		show(w, http.StatusForbidden, "login", map[string]string{"To": to, "Problem": "Wrong name or password."})
		return
	}
	commit(w, to, "X-Session-Set", ascii(map[string]any{"user": name, "groups": found.groups}))
}

func logOut(w http.ResponseWriter, r *http.Request) { commit(w, "/", "X-Session-Destroy", "true") }

func account(w http.ResponseWriter, r *http.Request) {
	show(w, http.StatusOK, "account", map[string]string{
		"User": identity(r, "User"), "Groups": identity(r, "Groups"), "Note": identity(r, "Note")})
}

func keepNote(w http.ResponseWriter, r *http.Request) {
	note := []rune(r.PostFormValue("note"))
	if len(note) > 200 {
		note = note[:200]
	}
	commit(w, "/account", "X-Session-Set", ascii(map[string]any{"note": string(note)}))
}

// nginx lets nobody come to these without a session. Pages that show private things look again all the same.
func withUser(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if identity(r, "User") == "" {
			http.Error(w, "Forbidden", http.StatusForbidden)
			return
		}
		next(w, r)
	}
}

var routes = map[string]http.HandlerFunc{
	"GET /":              func(w http.ResponseWriter, r *http.Request) { show(w, http.StatusOK, "start", nil) },
	"GET /login":         loginForm,
	"POST /login":        logIn,
	"POST /logout":       logOut,
	"GET /account":       withUser(account),
	"POST /account/note": withUser(keepNote),
}

func serve(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 16384)
	// Browsers name with every POST the site whose page has sent it.
	if origin := r.Header.Get("Origin"); r.Method == http.MethodPost && origin != "" {
		if from, err := url.Parse(origin); err != nil || from.Host != r.Host {
			http.Error(w, "Forbidden", http.StatusForbidden)
			return
		}
	}
	route, found := routes[r.Method+" "+r.URL.Path]
	if !found {
		http.NotFound(w, r)
		return
	}
	route(w, r)
}

func main() {
	syscall.Umask(0o007) // the socket is for this user and its group, which nginx is in
	listener, err := net.Listen("unix", os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	log.Fatal(http.Serve(listener, http.HandlerFunc(serve)))
}
