package facebookads

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"

	"adtally/internal/fetch"
	"adtally/internal/jsonread"
)

// part is one answer of a batch.
type part struct {
	Code    looseNumber
	Headers json.RawMessage
	Body    json.RawMessage // a string that holds JSON
}

// batch sends several GET requests in one round trip; each still counts against Meta's
// rate limits (docs/meta-api.md#batch). The requests travel in the body, so that a
// token that is being checked does not appear in a URL. The rate-limit headers of
// every part are recorded.
func (g *graph) batch(ctx context.Context, b budget, paths ...string) ([]fetch.Answer, error) {
	type request struct {
		Method string `json:"method"`
		URL    string `json:"relative_url"`
	}
	var qs []request
	for _, p := range paths {
		qs = append(qs, request{http.MethodGet, p})
	}
	list, err := json.Marshal(qs)
	if err != nil {
		return nil, err
	}
	asked := g.version.Load()
	var parts []*part
	a, err := sendUntilRead(ctx, func() (fetch.Answer, error) {
		return g.post(ctx, "", b, url.Values{"batch": {string(list)}, "include_headers": {"true"}})
	}, func(a fetch.Answer) error {
		var err error
		parts, err = batchParts(a.Body, len(paths))
		return err
	})
	if err != nil {
		return nil, err
	}
	answers := make([]fetch.Answer, len(parts))
	for i, p := range parts {
		answers[i] = p.answer(a)
		g.fetch.Observe(fetch.Request{Buckets: b.buckets()}, answers[i], judge(answers[i]))
	}
	if len(answers) > 0 && g.switchVersion(judge(answers[0]), asked, a.At) {
		return g.batch(ctx, b, paths...)
	}
	return answers, nil
}

// batchParts decodes the parts of a batch. A part in another form counts as one that
// timed out.
func batchParts(body []byte, requested int) ([]*part, error) {
	var list []json.RawMessage
	if err := json.Unmarshal(jsonread.Sanitized(body), &list); err != nil || len(list) != requested {
		return nil, malformed(fmt.Sprintf("read a batch: %d answers requested, %d received", requested, len(list)), err)
	}
	parts := make([]*part, len(list))
	for i, raw := range list {
		var p *part
		if json.Unmarshal(raw, &p) == nil {
			parts[i] = p
		}
	}
	return parts, nil
}

// answer returns a part as if it had been requested alone. Meta sends null for a part
// that timed out; its answer is empty.
func (p *part) answer(whole fetch.Answer) fetch.Answer {
	a := fetch.Answer{At: whole.At, Header: http.Header{}}
	if p == nil {
		return a
	}
	a.Header = partHeaders(a.Header, p.Headers)
	a.Status, a.Body = int(p.Code), []byte(textIn(p.Body))
	return a
}
