package api

import (
	"bytes"
	_ "embed"
	"html/template"
	"net/http"
	"regexp"
	"strings"
)

// landingHTML is the page for a browser where there is no UI. It says why a login failed.
//
//go:embed landing.html
var landingHTML string

var landingPage = template.Must(template.New("landing").Parse(landingHTML))

// loginProblems maps the problem codes of a redirect to a message and a cure.
var loginProblems = map[string][2]string{
	"":                {"This is Adtally", "Its API is described below."},
	"busy":            {"The login provider did not answer", "Try again in a moment, or log in with a password."},
	"not_found":       {"No login provider is configured", "Log in with a password, or ask an admin to configure the provider."},
	"oidc_stale":      {"This login was started in another browser, or has expired", "Start again."},
	"oidc_refused":    {"The login provider refused this login", "Start again, or ask an admin."},
	"oidc_unverified": {"The login provider has not verified your e-mail address", "Verify it there and start again."},
	"oidc_unknown":    {"This e-mail address has not been invited", "Ask an admin for an invite."},
	"login_stale":     {"This login at the platform was started in another browser, or has expired", "Start again."},
	"login_foreign":   {"Somebody else started this login at the platform", "Start a login of your own."},
	"login_used":      {"This login at the platform has already been used", "Start again."},
	"link_gone":       {"This link is invalid, used or expired", "Ask the sender for a new link."},
}

var reasonable = regexp.MustCompile(`^[a-z_]{1,60}$`)

// land answers a browser that opens a page of the UI where there is none, and reports
// whether it did. Programs get the usual problem.
func (s *shell) land(w http.ResponseWriter, r *http.Request) bool {
	problem := r.URL.Query().Get("problem")
	browser := r.Method == http.MethodGet && strings.Contains(r.Header.Get("Accept"), "text/html")
	if s.Site != nil || !browser || r.URL.Path != "/" && r.URL.Path != "/login" && problem == "" {
		return false
	}
	why, known := loginProblems[problem]
	if !known {
		why = [2]string{"The request failed", "Start again, or ask an admin."}
	}
	var page bytes.Buffer
	err := landingPage.Execute(&page, map[string]any{"Why": why[0], "Cure": why[1], "OIDC": s.OIDC, "Again": strings.HasPrefix(problem, "oidc_") || problem == "busy",
		"Code": reasonable.FindString(problem), "Request": requestInfoOf(r.Context()).id})
	if err != nil {
		s.refuse(w, r, err)
		return true
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, err = page.WriteTo(w)
	if err != nil {
		s.Log.DebugContext(r.Context(), "the client closed the connection before the page was sent", "error", err)
	}
	return true
}
