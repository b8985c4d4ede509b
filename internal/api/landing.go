package api

import (
	"bytes"
	_ "embed"
	"html/template"
	"net/http"
	"regexp"
	"strings"
)

// landed is the page that a browser comes to where there is no UI: it says what
// went wrong on the way.
//
//go:embed landing.html
var landed string

var landingPage = template.Must(template.New("landing").Parse(landed))

// told are the reasons that a browser comes back with.
var told = map[string][2]string{
	"":                {"This is Adtally", "Its API is described below."},
	"busy":            {"The login provider does not answer", "Try again in a moment, or log in with a password."},
	"not_found":       {"Nobody can log in with a login provider here", "Log in with a password, or ask an admin to set the provider."},
	"oidc_stale":      {"This login was not begun in this browser, or too long ago", "Begin again."},
	"oidc_refused":    {"The login provider did not let this login through", "Begin again, or ask an admin."},
	"oidc_unverified": {"The login provider has not verified your e-mail address", "Verify it there, and begin again."},
	"oidc_unknown":    {"Nobody has invited this e-mail address", "Ask an admin for an invite."},
	"login_stale":     {"This login at the platform was not begun in this browser, or too long ago", "Begin again."},
	"login_foreign":   {"Somebody else began this login at the platform", "Begin one of your own."},
	"login_used":      {"This login at the platform has been used already", "Begin again."},
	"link_gone":       {"This link does not work any more", "Ask whoever sent it for a new one."},
}

var reasonable = regexp.MustCompile(`^[a-z_]{1,60}$`)

// land answers a browser that comes to a page of the UI where there is none, and
// says whether it did. A program is answered as always.
func (s *shell) land(w http.ResponseWriter, r *http.Request) bool {
	problem := r.URL.Query().Get("problem")
	browser := r.Method == http.MethodGet && strings.Contains(r.Header.Get("Accept"), "text/html")
	if s.Site != nil || !browser || r.URL.Path != "/" && r.URL.Path != "/login" && problem == "" {
		return false
	}
	why, known := told[problem]
	if !known {
		why = [2]string{"Something did not work", "Begin again, or ask an admin."}
	}
	var page bytes.Buffer
	err := landingPage.Execute(&page, map[string]any{"Why": why[0], "Cure": why[1], "OIDC": s.OIDC, "Again": strings.HasPrefix(problem, "oidc_") || problem == "busy",
		"Code": reasonable.FindString(problem), "Request": visitOf(r.Context()).id})
	if err != nil {
		s.refuse(w, r, err)
		return true
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, err = page.WriteTo(w)
	if err != nil {
		s.Log.DebugContext(r.Context(), "nobody read the page", "error", err)
	}
	return true
}
