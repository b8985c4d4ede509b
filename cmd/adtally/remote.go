package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"text/tabwriter"
	"time"

	"golang.org/x/term"

	"adtally"
	"adtally/internal/api"
)

// remote is the service that a command talks to, through the public API.
type remote struct {
	Server string `help:"Address of the service." default:"http://127.0.0.1:8085" env:"ADTALLY_SERVER" placeholder:"URL"`
	As     string `help:"Log in as this user, with the password from ADTALLY_PASSWORD or a prompt. Default: use the key in ADTALLY_API_KEY." name:"as" placeholder:"EMAIL"`
	JSON   bool   `help:"Print the response as JSON." name:"json"`
}

const (
	keyVariable      = "ADTALLY_API_KEY"
	passwordVariable = "ADTALLY_PASSWORD"
)

// visitor is an authenticated client of the service.
type visitor struct {
	server string
	key    adtally.Secret // zero = uses a session
	http   *http.Client
	json   bool
	p      *program
}

// serverTimeout limits a request. It is long because the service may check a token with
// the platform.
const serverTimeout = 2 * time.Minute

// visit authenticates the command.
func (r *remote) visit(ctx context.Context, p *program) (*visitor, error) {
	v, err := r.stranger(p)
	if err != nil {
		return nil, err
	}
	if r.As == "" {
		v.key = adtally.NewSecret(strings.TrimSpace(p.env(keyVariable)))
		if v.key.IsZero() {
			return nil, wrong("no_key", "Set "+keyVariable+" to an API key (adtally key create), or use --as EMAIL.", "The command has no API key and no user")
		}
		return v, nil
	}
	password, err := p.password()
	if err != nil {
		return nil, err
	}
	_, err = v.ask(ctx, "POST", "/session", map[string]string{"email": r.As, "password": password.Reveal()})
	return v, err
}

// stranger is an unauthenticated client.
func (r *remote) stranger(p *program) (*visitor, error) {
	at, err := url.Parse(r.Server)
	if err != nil || at.Host == "" {
		return nil, wrong("server", "Use a form like http://127.0.0.1:8085.", "%q is not the address of a service", r.Server)
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	return &visitor{server: strings.TrimSuffix(r.Server, "/"), http: &http.Client{Jar: jar, Timeout: serverTimeout}, json: r.JSON, p: p}, nil
}

// password reads the password from the environment or a prompt.
func (p *program) password() (adtally.Secret, error) {
	text := p.env(passwordVariable)
	if text == "" && p.in != nil && term.IsTerminal(int(p.in.Fd())) {
		fmt.Fprint(p.err, "Password (it is not shown): ")
		typed, err := term.ReadPassword(int(p.in.Fd()))
		fmt.Fprintln(p.err)
		if err != nil {
			return adtally.Secret{}, fmt.Errorf("read the password: %w", err)
		}
		text = string(typed)
	}
	if text == "" {
		return adtally.Secret{}, wrong("no_password", "Set "+passwordVariable+", or run the command in a terminal.", "There is no password")
	}
	return adtally.NewSecret(text), nil
}

// reply is a response of the service.
type reply struct {
	raw  []byte
	etag string
}

func (r reply) into(v any) error {
	if err := json.Unmarshal(r.raw, v); err != nil {
		return fmt.Errorf("read the answer: %w", err)
	}
	return nil
}

// ask sends one request and returns a problem response as a fault.
func (v *visitor) ask(ctx context.Context, method, path string, body any, headers ...string) (reply, error) {
	var text io.Reader = http.NoBody
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			return reply{}, err
		}
		text = bytes.NewReader(b)
	}
	req, err := http.NewRequestWithContext(ctx, method, v.server+"/api/v1"+path, text)
	if err != nil {
		return reply{}, err
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if !v.key.IsZero() {
		req.Header.Set("Authorization", "Bearer "+v.key.Reveal())
	}
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	return v.send(ctx, req)
}

// mostOfAnAnswer limits the size of a response.
const mostOfAnAnswer = 64 << 20

func (v *visitor) send(ctx context.Context, req *http.Request) (reply, error) {
	res, err := v.http.Do(req)
	if cause := context.Cause(ctx); cause != nil && err != nil {
		return reply{}, cause
	}
	if err != nil {
		return reply{}, &adtally.Fault{Act: adtally.Retry, Code: "no_server", Message: "No service answers at " + v.server,
			Hint: "Start it with adtally serve, or use another --server.", Err: err}
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(res.Body, mostOfAnAnswer))
	if err != nil {
		return reply{}, fmt.Errorf("read the answer: %w", err)
	}
	if res.StatusCode >= http.StatusBadRequest {
		return reply{}, refused(res.StatusCode, raw)
	}
	return reply{raw, res.Header.Get("ETag")}, nil
}

// refused converts a problem response into a fault.
func refused(status int, raw []byte) error {
	var p api.Problem
	if err := json.Unmarshal(raw, &p); err != nil || p.Code == "" {
		return wrong("no_adtally", "Check --server.", "The server that answered is not Adtally (status %d)", status)
	}
	f := &adtally.Fault{Act: p.Act, Code: p.Code, Message: p.Detail, Hint: p.Hint}
	if p.Until != nil {
		f.Until = *p.Until
	}
	if p.Object != "" {
		f.Message += " (" + p.Object + ")"
	}
	var fields []error
	for _, e := range p.Errors {
		fields = append(fields, fmt.Errorf("%s: %s", strings.TrimPrefix(e.Field, "body."), e.Message))
	}
	f.Err = errors.Join(fields...)
	return f
}

// edit reads an object and sends a change with its ETag.
func (v *visitor) edit(ctx context.Context, method, path, action string, body any) (reply, error) {
	seen, err := v.ask(ctx, "GET", path, nil)
	if err != nil {
		return reply{}, err
	}
	return v.ask(ctx, method, path+action, body, "If-Match", seen.etag)
}

// show prints a response: some fields as a table, or everything as JSON. A response with
// items is a list.
func (v *visitor) show(r reply, fields ...string) error {
	if v.json {
		_, err := v.p.out.Write(append(bytes.TrimSpace(r.raw), '\n'))
		return err
	}
	var one map[string]any
	if err := r.into(&one); err != nil {
		return err
	}
	items, isList := one["items"].([]any)
	if !isList {
		return v.info(one, fields)
	}
	return v.table(items, fields)
}

func (v *visitor) table(items []any, fields []string) error {
	if len(items) == 0 {
		return v.p.printf("The list is empty.\n")
	}
	w := tabwriter.NewWriter(v.p.out, 0, 4, 2, ' ', 0)
	heads := make([]string, len(fields))
	for i, f := range fields {
		heads[i] = strings.ToUpper(strings.ReplaceAll(f, "_", " "))
	}
	fmt.Fprintln(w, strings.Join(heads, "\t"))
	for _, item := range items {
		row, _ := item.(map[string]any)
		cells := make([]string, len(fields))
		for i, f := range fields {
			cells[i] = readable(row[f])
		}
		fmt.Fprintln(w, strings.Join(cells, "\t"))
	}
	return w.Flush()
}

func (v *visitor) info(one map[string]any, fields []string) error {
	w := tabwriter.NewWriter(v.p.out, 0, 4, 2, ' ', 0)
	for _, f := range fields {
		if text := readable(one[f]); text != "" {
			fmt.Fprintf(w, "%s\t%s\n", strings.ReplaceAll(f, "_", " "), text)
		}
	}
	return w.Flush()
}

// readable formats a value for people; times are in the local zone.
func readable(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		if t, err := time.Parse(time.RFC3339, v); err == nil {
			return t.Local().Format("2006-01-02 15:04:05")
		}
		return shown(v)
	case float64:
		return fmt.Sprint(json.Number(strings.TrimSuffix(fmt.Sprintf("%.3f", v), ".000")))
	case []any:
		parts := make([]string, len(v))
		for i, one := range v {
			parts[i] = readable(one)
		}
		return strings.Join(parts, ",")
	case map[string]any:
		return readable(v["message"])
	}
	return fmt.Sprint(v)
}
