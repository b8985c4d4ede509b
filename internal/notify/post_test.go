package notify_test

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"adtally"
	"adtally/internal/notify"
)

var message = notify.Message{ID: "o1_opened", Event: notify.Opened, Incident: "o1", Kind: adtally.SyncFailed, Aspect: adtally.Health,
	Severity: adtally.Critical, Title: "Shop & <Son>: it does not sync", Sentence: "<!channel> it is so.", Cure: "Do this.",
	Link: "https://adtally.example/sources/s?a=1&b=<|>", At: moment, Since: moment, Source: "s", Name: "Shop & <Son>"}

// heard is one request as the receiver sees it.
type heard struct {
	path   string
	header http.Header
	body   []byte
}

// listener is a scripted receiver.
type listener struct {
	mu     sync.Mutex
	heard  []heard
	answer func(n int, w http.ResponseWriter, r *http.Request)
}

func (l *listener) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	l.mu.Lock()
	l.heard = append(l.heard, heard{r.Method + " " + r.URL.String(), r.Header, body})
	n := len(l.heard)
	l.mu.Unlock()
	if l.answer != nil {
		l.answer(n, w, r)
	}
}

// all returns the requests so far.
func (l *listener) all() []heard {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.heard)
}

func answers(codes ...int) func(int, http.ResponseWriter, *http.Request) {
	return func(n int, w http.ResponseWriter, _ *http.Request) { w.WriteHeader(codes[min(n, len(codes))-1]) }
}

// secure starts a listener with TLS, and a sender that trusts it.
func secure(t *testing.T, l *listener) (*httptest.Server, *notify.Sender) {
	t.Helper()
	s := httptest.NewUnstartedServer(l)
	s.Config.ErrorLog = log.New(io.Discard, "", 0) // it would log the refused handshakes
	s.StartTLS()
	t.Cleanup(s.Close)
	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())
	return s, &notify.Sender{Now: func() time.Time { return moment }, Pause: time.Millisecond, Roots: roots}
}

func slack(address string) adtally.Channel {
	return adtally.Channel{ID: "c", Name: "team", Kind: "slack", Secret: adtally.NewSecret(address)}
}

func webhook(address string, key adtally.Secret) adtally.Channel {
	return adtally.Channel{ID: "c", Name: "ours", Kind: "webhook", Settings: map[string]string{"url": address}, Secret: key}
}

// wants checks that an error is a fault with a code and a hint.
func wants(t *testing.T, what string, err error, code string) {
	t.Helper()
	f := adtally.FaultOf(err)
	if f == nil || f.Code != code || f.Message == "" || f.Hint == "" {
		t.Errorf("%s: %+v", what, f)
	}
}

func TestSlack_Posts(t *testing.T) {
	t.Parallel()
	l := &listener{}
	s, k := secure(t, l)
	if err := k.Send(t.Context(), slack(s.URL+"/services/T0/B0/topsecretpath"), message); err != nil {
		t.Fatal(err)
	}
	var got map[string]string
	if err := json.Unmarshal(l.all()[0].body, &got); err != nil {
		t.Fatal(err)
	}
	want := "*Shop &amp; &lt;Son&gt;: it does not sync*\n&lt;!channel&gt; it is so.\nDo this.\n<https://adtally.example/sources/s?a=1&amp;b=%3C%7C%3E|Open Adtally>"
	if len(got) != 1 || got["text"] != want || l.all()[0].path != "POST /services/T0/B0/topsecretpath" || l.all()[0].header.Get("Content-Type") != "application/json" {
		t.Errorf("%q %+v", got["text"], l.all()[0].path)
	}
}

func TestWebhook_IsSigned(t *testing.T) {
	t.Parallel()
	l := &listener{answer: answers(503, 200)}
	s, k := secure(t, l)
	key := notify.NewSigningKey()
	now := moment
	k.Now = func() time.Time { now = now.Add(time.Second); return now }
	if err := k.Send(t.Context(), webhook(s.URL+"/hook?x=1", key), message); err != nil {
		t.Fatal(err)
	}
	if len(l.all()) != 2 || l.all()[0].path != "POST /hook?x=1" {
		t.Fatalf("%+v", l.all())
	}
	for i, h := range l.all() {
		at := moment.Add(time.Duration(i+1) * time.Second)
		if err := notify.Verify(key, h.header, h.body, at); err != nil || h.header.Get("webhook-id") != "o1_opened" || h.header.Get("webhook-timestamp") != fmt.Sprint(at.Unix()) {
			t.Errorf("try %d: %v, %v", i, err, h.header)
		}
	}
	want := `{"type":"alert.opened","timestamp":"2026-06-02T10:00:00Z","data":{"id":"o1_opened","event":"opened","incident":"o1","alert":"sync_failed","aspect":"health",` +
		`"severity":"critical","title":"Shop \u0026 \u003cSon\u003e: it does not sync","sentence":"\u003c!channel\u003e it is so.","cure":"Do this.",` +
		`"link":"https://adtally.example/sources/s?a=1\u0026b=\u003c|\u003e","at":"2026-06-02T10:00:00Z","since":"2026-06-02T10:00:00Z","source":"s","name":"Shop \u0026 \u003cSon\u003e"}}`
	if got := string(l.all()[0].body); got != want {
		t.Errorf("the promise is broken: %s", got)
	}
}

func TestSender_TestMessageArrives(t *testing.T) {
	t.Parallel()
	l := &listener{}
	s, k := secure(t, l)
	if err := k.Send(t.Context(), webhook(s.URL, notify.NewSigningKey()), notify.TestMessage("7", moment)); err != nil {
		t.Fatal(err)
	}
	if got := string(l.all()[0].body); !strings.Contains(got, `"type":"alert.test"`) || !strings.Contains(got, `"id":"7_test"`) {
		t.Error(got)
	}
}

func TestSender_RetriesTemporaryErrors(t *testing.T) {
	t.Parallel()
	for what, c := range map[string]struct {
		answer func(int, http.ResponseWriter, *http.Request)
		times  int
		code   string
	}{
		"well":            {answers(204), 1, ""},
		"mended":          {answers(500, 429, 200), 3, ""},
		"never mended":    {answers(502), 3, "channel_unreachable"},
		"not wanted":      {answers(404), 1, "channel_refused"},
		"not wanted then": {answers(503, 400), 2, "channel_refused"},
		"hangs up":        {func(int, http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, 3, "channel_unreachable"},
		"no answer": {func(_ int, _ http.ResponseWriter, r *http.Request) {
			<-r.Context().Done()
		}, 3, "channel_unreachable"},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			l := &listener{answer: c.answer}
			s, k := secure(t, l)
			if what == "no answer" {
				k.Timeout = 300 * time.Millisecond
			}
			err := k.Send(t.Context(), slack(s.URL+"/services/topsecretpath"), message)
			if c.code == "" && err != nil || len(l.all()) != c.times {
				t.Errorf("%d tries, %v", len(l.all()), err)
			}
			if c.code != "" {
				wants(t, what, err, c.code)
			}
		})
	}
}

func TestSender_StopsWhenCancelled(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	l := &listener{answer: func(_ int, w http.ResponseWriter, _ *http.Request) { cancel(); w.WriteHeader(503) }}
	s, k := secure(t, l)
	k.Pause = time.Hour
	wants(t, "called off", k.Send(ctx, slack(s.URL), message), "channel_unreachable")
	if len(l.all()) != 1 {
		t.Errorf("%d tries", len(l.all()))
	}
}

// A message follows no redirect to another host, and survives a redirect to the same
// one.
func TestSender_RefusesRedirectsToOtherHosts(t *testing.T) {
	t.Parallel()
	stranger := &listener{}
	elsewhere, _ := secure(t, stranger)
	for what, c := range map[string]struct {
		code  int
		to    string
		heard int
		fault string
	}{
		"another host":          {307, elsewhere.URL, 1, "channel_moved"},
		"another host for good": {308, elsewhere.URL, 1, "channel_moved"},
		"as a GET":              {302, "/new", 1, "channel_moved"},
		"the same host":         {308, "/new", 2, ""},
		"in circles":            {307, "/hook", 3, "channel_moved"},
		"without encryption":    {307, "http://127.0.0.1:1/", 1, "channel_moved"},
	} {
		l := &listener{}
		s, k := secure(t, l)
		l.answer = func(_ int, w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/hook" {
				http.Redirect(w, r, c.to, c.code)
			}
		}
		err := k.Send(t.Context(), webhook(s.URL+"/hook", notify.NewSigningKey()), message)
		if c.fault == "" && err != nil || len(l.all()) != c.heard || len(l.all()[len(l.all())-1].body) == 0 {
			t.Errorf("%s: %d requests, %v", what, len(l.all()), err)
		}
		if c.fault != "" {
			wants(t, what, err, c.fault)
		}
	}
	if len(stranger.all()) > 0 {
		t.Errorf("a stranger heard %+v", stranger.all())
	}
}

func TestSender_RefusesUnknownCertificates(t *testing.T) {
	t.Parallel()
	l := &listener{}
	s, _ := secure(t, l)
	k := &notify.Sender{Now: func() time.Time { return moment }, Pause: time.Millisecond}
	wants(t, "unknown", k.Send(t.Context(), slack(s.URL), message), "channel_unreachable")
	if len(l.all()) > 0 {
		t.Errorf("it heard %+v", l.all())
	}
}

func TestSender_AcceptedAddresses(t *testing.T) {
	t.Parallel()
	for address, ok := range map[string]bool{
		"203.0.113.9": true, "10.0.0.8": true, "192.168.1.2": true, "127.0.0.1": true, "::1": true, "fd12::1": true, "100.64.0.1": true,
		"169.254.169.254": false, "169.254.170.2": false, "::ffff:169.254.169.254": false, "64:ff9b::a9fe:a9fe": false, "2002:a9fe:a9fe::1": false,
		"fe80::1": false, "fe80::1%eth0": false, "fd00:ec2::254": false, "fd20:ce::254": false, "100.100.100.200": false, "168.63.129.16": false, "192.0.0.192": false, "::ffff:100.100.100.200": false,
		"0.0.0.0": false, "0.1.2.3": false, "::": false, "224.0.0.1": false, "ff02::1": false,
	} {
		if why := notify.Barred(netip.MustParseAddr(address), false); why == "" != ok {
			t.Errorf("%s: %q", address, why)
		}
	}
	if notify.Barred(netip.MustParseAddr("10.0.0.8"), true) == "" || notify.Barred(netip.MustParseAddr("127.9.9.9"), true) != "" {
		t.Error("without encryption only this machine is told")
	}
}

func TestGuard_RefusesBarredAddresses(t *testing.T) {
	t.Parallel()
	k := &notify.Sender{Now: func() time.Time { return moment }}
	for address, code := range map[string]string{
		"https://hooks.example/services/x":    "",
		"https://10.1.2.3:8443/hook":          "",
		"http://localhost:9000/hook":          "",
		"http://127.0.0.1/hook":               "",
		"http://[::1]:9/hook":                 "",
		"":                                    "channel_setting",
		"hooks.example":                       "channel_setting",
		"https://":                            "channel_setting",
		"http://hooks.example/x":              "channel_setting",
		"http://10.1.2.3/hook":                "channel_setting",
		"http://localhost.example/":           "channel_setting",
		"ftp://hooks.example/x":               "channel_setting",
		"https://user:hunter2@hooks.example/": "channel_setting",
		"https://hooks.example/#hunter2":      "channel_setting",
		"https://hooks.example/\x7fhunter2":   "channel_setting",
		"https://169.254.169.254/latest/":     "channel_address",
		"https://[::ffff:169.254.169.254]/":   "channel_address",
		"https://[fd00:ec2::254]/":            "channel_address",
	} {
		for _, c := range []adtally.Channel{slack(address), webhook(address, notify.NewSigningKey())} {
			err := k.Check(c)
			if code == "" && err != nil || err != nil && strings.Contains(err.Error(), "hunter2") {
				t.Errorf("%s %q: %v", c.Kind, address, err)
			}
			if code != "" {
				wants(t, c.Kind+" "+address, err, code)
			}
		}
	}
	wants(t, "no key", k.Check(webhook("https://a.example", adtally.Secret{})), "channel_setting")
	wants(t, "a short key", k.Check(webhook("https://a.example", adtally.NewSecret("whsec_AAAA"))), "channel_setting")
	wants(t, "no such kind", k.Check(adtally.Channel{Kind: "pigeon"}), "channel_setting")
}

// A name may resolve differently when it is used than when it was entered: the address
// of the connection counts.
func TestGuard_ChecksResolvedAddress(t *testing.T) {
	t.Parallel()
	k := &notify.Sender{}
	for _, address := range []string{"https://169.254.169.254:9/", "https://0.0.0.0:9/", "https://[fe80::1]:9/", "http://10.9.8.7:9/"} {
		wants(t, address, k.Connect(t.Context(), address), "channel_address")
	}
	wants(t, "mail", notify.DialMail(t.Context(), "169.254.169.254:25"), "channel_address")
	l := &listener{}
	s := httptest.NewServer(l)
	t.Cleanup(s.Close)
	if err := k.Connect(t.Context(), s.URL); err != nil {
		t.Errorf("this machine: %v", err)
	}
}

// Whatever the receiver does, no error contains the address of a chat.
func TestSlack_ErrorsHideAddress(t *testing.T) {
	t.Parallel()
	const secret = "T0/B0/topsecretpath"
	for what, answer := range map[string]func(int, http.ResponseWriter, *http.Request){
		"echo": func(_ int, w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(400)
			fmt.Fprint(w, "no: "+r.URL.Path)
		},
		"echo 500": func(_ int, w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(500)
			fmt.Fprint(w, "no: "+r.URL.Path)
		},
		"part": func(_ int, w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(400)
			fmt.Fprint(w, "no: topsecretpath")
		},
		"hang up": func(int, http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		"redirect": func(_ int, w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "https://x.example"+r.URL.Path, http.StatusTemporaryRedirect)
		},
		"bad redirect": func(_ int, w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Location", "https://x.example:bad"+r.URL.Path)
			w.WriteHeader(307)
		},
	} {
		l := &listener{answer: answer}
		s, k := secure(t, l)
		err := k.Send(t.Context(), slack(s.URL+"/services/"+secret), message)
		f := adtally.FaultOf(err)
		said := fmt.Sprintf("%v %+v %#v %s %v", err, f, f, f.Hint, f.Err)
		if err == nil || strings.Contains(said, "topsecretpath") {
			t.Errorf("%s: %s", what, said)
		}
	}
	k := &notify.Sender{Now: func() time.Time { return moment }, Pause: time.Millisecond}
	err := k.Send(t.Context(), slack("https://127.0.0.1:1/services/"+secret), message)
	if err == nil || strings.Contains(fmt.Sprintf("%+v", adtally.FaultOf(err)), "topsecretpath") || !strings.Contains(err.Error(), "connection refused") {
		t.Errorf("nobody there: %v", err)
	}
}

func TestSender_ShowsAnswerOnOneLine(t *testing.T) {
	t.Parallel()
	l := &listener{answer: func(_ int, w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(403)
		fmt.Fprint(w, "channel_is_archived\r\n\x1b[31m"+strings.Repeat("x", 9000))
	}}
	s, k := secure(t, l)
	err := k.Send(t.Context(), slack(s.URL), message)
	if said := err.Error(); !strings.Contains(said, "403 Forbidden channel_is_archived [31mx") || len(said) > 500 {
		t.Error(said)
	}
}
