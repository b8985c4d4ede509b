package graphsim

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// login is Facebook's page on which a person authorizes an app (docs/meta-api.md#login).
// The user picks a person on the page, because nobody logs in to Facebook here.
func (s *Server) login(r *http.Request) answer {
	if err := r.ParseForm(); err != nil {
		return s.loginRefused("Bad request", err.Error())
	}
	app, isThere := s.App(r.Form.Get("client_id"))
	back, err := url.Parse(r.Form.Get("redirect_uri"))
	switch {
	case !isThere:
		return s.loginRefused("Invalid App ID", "The provided app ID does not look like a valid app ID.")
	case err != nil || back.Host == "":
		return s.loginRefused("URL Blocked", "This redirect failed because the redirect URI is not whitelisted in the app's Client OAuth Settings.")
	case len(app.Redirects) > 0 && !slices.Contains(app.Redirects, back.String()):
		return s.loginRefused("URL Blocked", "This redirect failed because the redirect URI is not whitelisted in the app's Client OAuth Settings. Make sure Client and Web OAuth Login are on and add all your app domains as Valid OAuth Redirect URIs.")
	case r.Form.Get("response_type") != "code":
		return s.loginRefused("Invalid response type", "The simulator knows response_type=code only.")
	}
	if r.Method == http.MethodPost {
		return s.decided(r.Form, app, back)
	}
	return s.consentPage(r.Form, app)
}

func (s *Server) loginRefused(title, text string) answer {
	return htmlPage(http.StatusBadRequest, refusedPage, map[string]string{"Title": title, "Text": text})
}

func htmlPage(status int, t *template.Template, data any) answer {
	var b bytes.Buffer
	if err := t.Execute(&b, data); err != nil {
		panic(err) // cannot fail: template and data are ours
	}
	return answer{status: status, header: http.Header{"Content-Type": {"text/html; charset=utf-8"}, "Cache-Control": {"no-store"}}, body: b.Bytes()}
}

// wantedScopes returns the permissions that a login asks for.
func wantedScopes(form url.Values) []string {
	return strings.FieldsFunc(form.Get("scope"), func(r rune) bool { return r == ',' || r == ' ' })
}

func (s *Server) consentPage(form url.Values, app App) answer {
	s.keys.mu.Lock()
	defer s.keys.mu.Unlock()
	var people []Person
	for _, id := range s.keys.order {
		if p := s.keys.people[id]; !p.System {
			people = append(people, *p)
		}
	}
	return htmlPage(http.StatusOK, askPage, map[string]any{"App": app, "People": people, "Scopes": wantedScopes(form), "Form": form})
}

// decided redirects the browser with the person's decision.
func (s *Server) decided(form url.Values, app App, back *url.URL) answer {
	s.keys.mu.Lock()
	defer s.keys.mu.Unlock()
	person := s.keys.people[form.Get("person")]
	if person == nil || person.System {
		return s.loginRefused("Not logged in", "You must log in first.")
	}
	if !app.lets(person) {
		return s.loginRefused("App not active", "This app is not currently accessible and the app developer is aware of the issue. You will be able to log in when the app is reactivated.")
	}
	q := back.Query()
	if state := form.Get("state"); state != "" {
		q.Set("state", state)
	}
	if form.Get("decision") != "continue" {
		q.Set("error", "access_denied")
		q.Set("error_code", "200")
		q.Set("error_reason", "user_denied")
		q.Set("error_description", "Permissions error")
	} else {
		q.Set("code", s.keys.authorize(form, app, person, back.String()))
	}
	to := *back
	to.RawQuery, to.Fragment = q.Encode(), "_=_"
	return answer{status: http.StatusFound, header: http.Header{"Location": {to.String()}, "Cache-Control": {"no-store"}}}
}

// authorize creates a code for the permissions that a person grants; they may deselect some.
func (k *keyring) authorize(form url.Values, app App, person *Person, redirect string) string {
	c := &code{app: app.ID, person: person.ID, redirect: redirect, made: k.clock.Now(), scopes: []string{"public_profile"}}
	for _, scope := range wantedScopes(form) {
		if slices.Contains(form["grant"], scope) {
			c.scopes = append(c.scopes, scope)
		} else {
			c.declined = append(c.declined, scope)
		}
	}
	person.active[app.ID] = k.clock.Now()
	name := fmt.Sprintf("AQ%s%s", rand.Text(), rand.Text())
	k.codes[name] = c
	return name
}

var askPage = template.Must(template.New("ask").Parse(`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Log in (simulated)</title>
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:26rem;margin:3rem auto;padding:0 1rem;color:#1c1e21}
button{font:inherit;padding:.5rem 1rem;border-radius:.4rem;border:1px solid #8a8d91;background:#fff}button.go{background:#0a58ca;color:#fff;border-color:#0a58ca}
fieldset{border:1px solid #ccd0d5;border-radius:.4rem;margin:1rem 0}label{display:block;padding:.15rem 0}</style></head>
<body><p><strong>A simulated login page.</strong> No Facebook account is involved.</p>
<h1>{{.App.Name}} asks for access</h1>
<form method="post">
{{range $name, $values := .Form}}{{range $values}}<input type="hidden" name="{{$name}}" value="{{.}}">{{end}}{{end}}
<fieldset><legend>Who are you?</legend>{{range $i, $p := .People}}<label><input type="radio" name="person" value="{{.ID}}"{{if eq $i 0}} checked{{end}}> {{.Name}}</label>{{end}}</fieldset>
<fieldset><legend>What may it do?</legend>{{range .Scopes}}<label><input type="checkbox" name="grant" value="{{.}}" checked> {{.}}</label>{{end}}</fieldset>
<button class="go" name="decision" value="continue">Continue</button> <button name="decision" value="cancel">Cancel</button>
</form></body></html>`))

var refusedPage = template.Must(template.New("refused").Parse(`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{{.Title}}</title></head>
<body style="font:16px/1.5 system-ui,sans-serif;max-width:26rem;margin:3rem auto;padding:0 1rem"><h1>{{.Title}}</h1><p>{{.Text}}</p></body></html>`))
