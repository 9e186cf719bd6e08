// Login, logout and a page with a login, in plain Java behind nginx and session-gateway. It needs no HttpSession.
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;

public class App {
    record User(String salt, String hash, List<String> groups) {}

    // A sample, with the password "wonderland". Keep such salted and slow hashes in your database.
    static final Map<String, User> USERS = Map.of("alice", new User("vZ1oM0GkQ9bXw2Ra",
        "4c4bf11a31414f5527f379af452f6f8e32c9d0fffd06d595d415e7f2c1e191e4", List.of("staff")));
    // Compared with if there is no such user, so that the time of an answer does not tell which names exist.
    static final User NOBODY = new User("nobody", "", List.of());

    static final String START = """
        <!doctype html><html lang="en"><title>Recipe</title>
        <h1>Welcome</h1>
        <p><a href="/account">Your account</a></p></html>
        """;
    static final String LOGIN = """
        <!doctype html><html lang="en"><title>Log in</title>
        <h1>Log in</h1>
        <p role="alert">%s</p>
        <form method="post" action="/login">
          <input type="hidden" name="to" value="%s">
          <p><label>Name <input name="user" autocomplete="username" required></label></p>
          <p><label>Password <input name="password" type="password" autocomplete="current-password" required></label></p>
          <p><button>Log in</button></p>
        </form></html>
        """;
    static final String ACCOUNT = """
        <!doctype html><html lang="en"><title>Your account</title>
        <h1>Hello, %s</h1>
        <p>Groups: %s</p>
        <p>Note: %s</p>
        <form method="post" action="/account/note">
          <p><label>Note <input name="note" maxlength="200"></label> <button>Keep</button></p>
        </form>
        <p><a href="/account/devices">Your devices</a></p>
        <form method="post" action="/logout"><button>Log out</button></form></html>
        """;

    static boolean isRight(User user, String password) throws GeneralSecurityException {
        var spec = new PBEKeySpec(password.toCharArray(), user.salt().getBytes(StandardCharsets.UTF_8), 600_000, 256);
        byte[] found = SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256").generateSecret(spec).getEncoded();
        return MessageDigest.isEqual(found, HexFormat.of().parseHex(user.hash()));
    }

    // What the gateway says of the session. nginx sets these headers, and takes away what a client sends under their names: so they
    // can be trusted exactly as long as nobody but nginx can connect to this application. Values are percent-encoded.
    static String identity(HttpExchange http, String name) {
        String value = http.getRequestHeaders().getFirst("X-Auth-Request-" + name);
        return value == null ? "" : decoded(value.replace("+", "%2B"));  // a plus is one here, and not a space as in forms
    }

    // Has the gateway change the session, and send the browser on.
    static void commit(HttpExchange http, String location, String action, String value) throws IOException {
        var headers = http.getResponseHeaders();
        headers.set("X-Accel-Redirect", "/_session/commit");
        headers.set("X-Session-Location", location);
        headers.set(action, value);
        http.sendResponseHeaders(200, -1);
    }

    // Anybody can write a link to /login?to=...: it must lead to a page of this site. Browsers take \ for /.
    static String safe(String to) {
        return to.matches("/(?![/\\\\])[!-~]*") ? to : "/account";
    }

    // A JSON string in ASCII: a header is no place for anything else.
    static String json(String text) {
        return text.chars().mapToObj(c -> c == '"' || c == '\\' || c < ' ' || c > '~' ? String.format("\\u%04x", c) : String.valueOf((char) c))
            .collect(Collectors.joining("", "\"", "\""));
    }

    static String html(String text) {
        return Pattern.compile("[&<>\"']").matcher(text).replaceAll(c -> Matcher.quoteReplacement("&#" + (int) c.group().charAt(0) + ";"));
    }

    static String decoded(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException notEncoded) {
            return "";
        }
    }

    // A field of a form or of a query: the first of that name, or an empty text.
    static String field(String form, String name) {
        for (String pair : (form == null ? "" : form).split("&")) {
            if (pair.startsWith(name + "=")) return decoded(pair.substring(name.length() + 1));
        }
        return "";
    }

    static void show(HttpExchange http, int status, String page) throws IOException {
        byte[] body = page.getBytes(StandardCharsets.UTF_8);
        http.getResponseHeaders().set("Content-Type", "text/html; charset=utf-8");
        http.sendResponseHeaders(status, body.length);
        http.getResponseBody().write(body);
    }

    static void logIn(HttpExchange http, String form) throws IOException, GeneralSecurityException {
        String name = field(form, "user");
        String to = safe(field(form, "to"));
        User found = USERS.getOrDefault(name, NOBODY);
        if (!isRight(found, field(form, "password"))) {
            show(http, 403, LOGIN.formatted("Wrong name or password.", html(to)));
            return;
        }
        String groups = found.groups().stream().map(App::json).collect(Collectors.joining(","));
        commit(http, to, "X-Session-Set", "{\"user\":" + json(name) + ",\"groups\":[" + groups + "]}");
    }

    static void showAccount(HttpExchange http) throws IOException {
        String note = identity(http, "Note");
        show(http, 200, ACCOUNT.formatted(html(identity(http, "User")), html(identity(http, "Groups")), html(note.isEmpty() ? "none yet" : note)));
    }

    static void keepNote(HttpExchange http, String form) throws IOException {
        String note = field(form, "note");
        int end = note.offsetByCodePoints(0, Math.min(200, note.codePointCount(0, note.length())));
        commit(http, "/account", "X-Session-Set", "{\"note\":" + json(note.substring(0, end)) + "}");
    }

    // Browsers name with every POST the site whose page has sent it.
    static boolean isFromElsewhere(HttpExchange http) {
        String origin = http.getRequestHeaders().getFirst("Origin");
        return http.getRequestMethod().equals("POST") && origin != null
            && !origin.replaceFirst("^https?://", "").equals(http.getRequestHeaders().getFirst("Host"));
    }

    static void answer(HttpExchange http) throws IOException, GeneralSecurityException {
        URI asked = http.getRequestURI();
        String form = new String(http.getRequestBody().readNBytes(16384), StandardCharsets.UTF_8);
        String path = asked.getPath();
        if (isFromElsewhere(http)) {
            show(http, 403, "Forbidden");
        } else if (path.startsWith("/account") && identity(http, "User").isEmpty()) {
            // nginx lets nobody come here without a session. Pages that show private things look again all the same.
            show(http, 403, "Forbidden");
        } else {
            switch (http.getRequestMethod() + " " + path) {
                case "GET /" -> show(http, 200, START);
                case "GET /login" -> show(http, 200, LOGIN.formatted("", html(safe(field(asked.getRawQuery(), "to")))));
                case "POST /login" -> logIn(http, form);
                case "POST /logout" -> commit(http, "/", "X-Session-Destroy", "true");
                case "GET /account" -> showAccount(http);
                case "POST /account/note" -> keepNote(http, form);
                default -> show(http, 404, "Not found");
            }
        }
    }

    public static void main(String[] arguments) throws IOException {
        // The loopback address: whoever else can connect could claim to be anybody.
        var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(arguments[0]));
        HttpServer server = HttpServer.create(address, 0);
        server.setExecutor(Executors.newFixedThreadPool(8));
        server.createContext("/", http -> {
            try (http) {
                answer(http);
            } catch (GeneralSecurityException impossible) {
                throw new IOException(impossible);
            }
        });
        server.start();
    }
}
