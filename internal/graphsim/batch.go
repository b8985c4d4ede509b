package graphsim

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
)

const mostParts = 50

// batch answers a batch request, POST /. Each part is a call of its own and counts as one.
func (s *Server) batch(ctx context.Context, c *call) answer {
	if _, refused := s.viewer(c); refused != nil {
		return refused.answer(s.counts.trace())
	}
	var parts []struct {
		Method      string `json:"method"`
		RelativeURL string `json:"relative_url"`
		Body        string `json:"body"`
		Name        string `json:"name"`
		DependsOn   string `json:"depends_on"`
	}
	if err := json.Unmarshal([]byte(c.params.Get("batch")), &parts); err != nil {
		return badRequest("param batch must be an array: %v", err).answer(s.counts.trace())
	}
	if len(parts) > mostParts {
		return badRequest("Too many requests in batch message. Maximum batch size is %d", mostParts).answer(s.counts.trace())
	}
	headers := c.params.Get("include_headers") != "false"
	var answers [][]byte
	for _, p := range parts {
		var a answer
		part, refused := c.part(p.Method, p.RelativeURL, p.Body)
		switch {
		case refused != nil:
			a = refused.answer(s.counts.trace())
		case p.DependsOn != "":
			a = badRequest("depends_on is not simulated").answer(s.counts.trace())
		default:
			a = s.answer(ctx, part)
			s.dress(a.header, part)
		}
		answers = append(answers, appendPart(nil, a, headers))
	}
	return ok(s.batched(answers))
}

// appendPart writes the answer of one part; null if its connection was lost.
func appendPart(b []byte, a answer, headers bool) []byte {
	if a.mishap.drop {
		return append(b, "null"...)
	}
	b = append(b, `{"code":`...)
	b = appendValue(b, a.status)
	if headers {
		b = append(b, `,"headers":`...)
		b = appendValue(b, headerList(a.header))
	}
	b = append(b, `,"body":`...)
	return append(appendString(b, string(a.body)), '}')
}

func headerList(h http.Header) []any {
	names := make([]string, 0, len(h))
	for name := range h {
		names = append(names, name)
	}
	slices.Sort(names)
	list := []any{}
	for _, name := range names {
		list = append(list, map[string]any{"name": name, "value": h.Get(name)})
	}
	return list
}
