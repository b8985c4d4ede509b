package graphsim

import (
	"fmt"
	"net/http"
	"strings"
)

// answer is the response to one Graph call, alone or in a batch.
type answer struct {
	status int
	header http.Header
	body   []byte
	mishap mishap // a network failure during delivery
}

func ok(body []byte) answer {
	return answer{status: http.StatusOK, header: http.Header{}, body: body}
}

// refusal is an error in Graph's format. Status 0 means 400.
type refusal struct {
	Status    int    `json:"status"`
	Code      int    `json:"code"`
	Subcode   int    `json:"subcode"`
	Type      string `json:"type"` // "" = OAuthException
	Message   string `json:"message"`
	Title     string `json:"user_title"`
	Text      string `json:"user_msg"`
	Transient *bool  `json:"is_transient"`
}

func (r *refusal) Error() string { return r.Message }

func (r *refusal) answer(trace string) answer {
	b := append([]byte(`{"error":{`), `"message":`...)
	b = appendString(b, r.Message)
	kind := r.Type
	if kind == "" {
		kind = "OAuthException"
	}
	b = append(b, `,"type":`...)
	b = appendString(b, kind)
	b = fmt.Appendf(b, `,"code":%d`, r.Code)
	if r.Subcode != 0 {
		b = fmt.Appendf(b, `,"error_subcode":%d`, r.Subcode)
	}
	if r.Transient != nil {
		b = fmt.Appendf(b, `,"is_transient":%t`, *r.Transient)
	}
	for _, part := range [][2]string{{"error_user_title", r.Title}, {"error_user_msg", r.Text}, {"fbtrace_id", trace}} {
		if part[1] != "" {
			b = appendString(append(appendString(append(b, ','), part[0]), ':'), part[1])
		}
	}
	a := answer{status: r.Status, header: http.Header{}, body: append(b, "}}"...)}
	if a.status == 0 {
		a.status = http.StatusBadRequest
	}
	if r.Code == 190 || r.Code == 102 || r.Code == 104 {
		a.header.Set("WWW-Authenticate", `OAuth "Facebook Platform" "invalid_token" "`+strings.ReplaceAll(r.Message, `"`, `'`)+`"`)
		a.header.Set("Cache-Control", "no-store")
	}
	return a
}

func badRequest(format string, args ...any) *refusal {
	return &refusal{Code: 100, Message: "(#100) " + fmt.Sprintf(format, args...)}
}

// unsupported is Graph's error for an object that does not exist or that the caller must
// not see. [recorded: err_100_33_unsupported_get, _post]
func unsupported(method, id string) *refusal {
	return &refusal{Code: 100, Subcode: 33, Type: "GraphMethodException", Message: fmt.Sprintf("Unsupported %s request. Object with ID '%s' does not exist, cannot be loaded due to missing permissions, or does not support this operation. Please read the Graph API documentation at https://developers.facebook.com/docs/graph-api",
		strings.ToLower(method), id)}
}

func noField(name, node string) *refusal {
	return badRequest("Tried accessing nonexisting field (%s) on node type (%s)", name, node)
}
