package graphsim

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"strings"
)

// call is one Graph call: a request, or a part of a batch.
type call struct {
	method  string
	version version
	path    []string // without the version
	params  url.Values
	token   string
	proof   string // appsecret_proof
	base    string // scheme and host that the client used
}

// version is the requested API version and the one that answers.
type version struct{ asked, answers string }

const (
	current = "v25.0"
	oldest  = 24 // the oldest version that still answers as itself
	newest  = 26
)

var versionPath = regexp.MustCompile(`^v(\d+)\.\d+$`)

// versionOf parses a version. Calls to an old version are upgraded, and the answer says so.
func versionOf(name string) (version, bool) {
	m := versionPath.FindStringSubmatch(name)
	if m == nil {
		return version{asked: current, answers: current}, false
	}
	var major int
	if _, err := fmt.Sscan(m[1], &major); err != nil || major < oldest || major > newest {
		return version{asked: name, answers: current}, true
	}
	return version{asked: name, answers: name}, true
}

func (v version) dress(h http.Header) {
	h.Set("facebook-api-version", v.answers)
	if v.asked != v.answers {
		h.Set("x-ad-api-version-warning", fmt.Sprintf("The call has been auto-upgraded to %s as %s has been deprecated.", v.answers, v.asked))
	}
}

// bodyLimit is the maximum size of a request. A batch of 50 fits easily.
const bodyLimit = 8 << 20

func newCall(r *http.Request) (*call, *refusal) {
	params := url.Values{}
	maps.Copy(params, r.URL.Query())
	if err := addBody(params, r); err != nil {
		return nil, badRequest("the body cannot be read: %v", err)
	}
	scheme := "http"
	if r.TLS != nil {
		scheme = "https"
	}
	c := &call{method: r.Method, params: params, base: scheme + "://" + r.Host}
	c.setPath(r.URL.Path)
	c.token, c.proof = params.Get("access_token"), params.Get("appsecret_proof")
	if bearer, isBearer := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); isBearer {
		c.token = bearer
	}
	return c, nil
}

func (c *call) setPath(path string) {
	parts := strings.Split(strings.Trim(path, "/"), "/")
	v, isVersion := versionOf(parts[0])
	if isVersion {
		parts = parts[1:]
	}
	if isVersion || c.version.asked == "" { // the parts of a batch use the version of the batch
		c.version = v
	}
	// A doubled slash ends the path: act_1//ads is act_1 [recorded: err_100_double_slash_path].
	for i, part := range parts {
		if part == "" {
			parts = parts[:i]
			break
		}
	}
	c.path = parts
}

func addBody(params url.Values, r *http.Request) error {
	if r.Body == nil || r.Method == http.MethodGet {
		return nil
	}
	kind, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";")
	if kind == "multipart/form-data" {
		if err := r.ParseMultipartForm(bodyLimit); err != nil {
			return err
		}
		maps.Copy(params, r.MultipartForm.Value)
		return nil
	}
	raw, err := io.ReadAll(io.LimitReader(r.Body, bodyLimit))
	if err != nil {
		return err
	}
	if kind == "application/json" {
		return addJSON(params, raw)
	}
	form, err := url.ParseQuery(string(raw))
	maps.Copy(params, form)
	return err
}

func addJSON(params url.Values, raw []byte) error {
	var object map[string]json.RawMessage
	if err := json.Unmarshal(raw, &object); err != nil {
		return err
	}
	for name, value := range object {
		var text string
		if json.Unmarshal(value, &text) != nil {
			text = string(value)
		}
		params.Set(name, text)
	}
	return nil
}

// part creates the call of one element of a batch.
func (c *call) part(method, relative, body string) (*call, *refusal) {
	u, err := url.Parse(relative)
	if err != nil {
		return nil, badRequest("relative_url cannot be read: %v", err)
	}
	form, err := url.ParseQuery(body)
	if err != nil {
		return nil, badRequest("body cannot be read: %v", err)
	}
	p := &call{method: strings.ToUpper(method), params: u.Query(), token: c.token, proof: c.proof, base: c.base, version: c.version}
	maps.Copy(p.params, form)
	p.setPath(u.Path)
	if own := p.params.Get("access_token"); own != "" {
		p.token, p.proof = own, p.params.Get("appsecret_proof")
	}
	return p, nil
}

func (c *call) isBatch() bool {
	return c.method == http.MethodPost && len(c.path) == 0 && c.params.Get("batch") != ""
}

// address returns the URL of this call with some parameters changed, as in paging.next. It
// contains the token in clear text, as Meta's does.
func (c *call) address(change url.Values) string {
	params := url.Values{}
	maps.Copy(params, c.params)
	for _, gone := range []string{"access_token", "appsecret_proof", "limit", "after", "before"} {
		params.Del(gone)
	}
	text := "access_token=" + url.QueryEscape(c.token)
	for _, more := range []url.Values{params, change} {
		if encoded := more.Encode(); encoded != "" {
			text += "&" + encoded
		}
	}
	return c.base + "/" + c.version.answers + "/" + strings.Join(c.path, "/") + "?" + text
}
