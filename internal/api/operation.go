package api

import (
	"context"
	"net/http"
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
)

// operation declares an endpoint.
type operation struct {
	ID, Method, Path string
	Tag              string
	Summary          string
	Text             string // further description for the reference
	Access           Access
	Stream           string       // media type of a streamed answer; empty = not streamed
	Line             reflect.Type // of a line of a streamed answer; nil = text
	AnyQuery         bool         // accepts unknown query parameters: the sender of the browser may add its own
	Status           int          // status of success; 0 = 200, or 204 for an empty answer
	Refuses          []int        // further statuses of errors, besides those that refusals derives
}

// maxBody is the maximum size of a request body, in bytes.
const maxBody = 1 << 20

// handle registers an operation with its handler.
func handle[I, O any](s *shell, op operation, do func(context.Context, Caller, *I) (*O, error)) {
	huma.Register(s.huma, s.describe(op, reflect.TypeFor[I]()), func(ctx context.Context, in *I) (*O, error) {
		out, err := do(ctx, requestInfoOf(ctx).caller, in)
		if err != nil {
			return nil, s.problem(ctx, err)
		}
		return out, nil
	})
	if op.Access.Share {
		s.byLink[op.Method+" "+op.Path] = true
	}
	requireIfMatch(operationAt(s.huma.OpenAPI().Paths[op.Path], op.Method))
}

// operationAt returns the operation of a method in the document.
func operationAt(p *huma.PathItem, method string) *huma.Operation {
	switch method {
	case http.MethodGet:
		return p.Get
	case http.MethodPost:
		return p.Post
	case http.MethodPut:
		return p.Put
	case http.MethodPatch:
		return p.Patch
	}
	return p.Delete
}

// nothing is an empty output.
type nothing struct{}

// describe returns the operation for huma, and so for the OpenAPI document.
func (s *shell) describe(op operation, input reflect.Type) huma.Operation {
	return huma.Operation{
		OperationID: op.ID, Method: op.Method, Path: op.Path, Tags: []string{op.Tag},
		Summary: op.Summary, Description: op.description(), DefaultStatus: op.Status,
		MaxBodyBytes: maxBody, RejectUnknownQueryParameters: !op.AnyQuery,
		Errors:      op.refusals(input),
		Responses:   op.streams(s.huma.OpenAPI().Components.Schemas),
		Security:    op.Access.security(),
		Extensions:  op.Access.extensions(),
		Middlewares: huma.Middlewares{s.authorize(op.Access)},
	}
}

// streams are the responses of a streamed operation.
func (o operation) streams(schemas huma.Registry) map[string]*huma.Response {
	if o.Stream == "" {
		return nil
	}
	line := &huma.Schema{Type: huma.TypeString}
	if o.Stream == yamlText {
		line.Type = huma.TypeObject // what the text says, not the text
	}
	if o.Line != nil {
		line = schemas.Schema(o.Line, true, o.Line.Name())
	}
	return map[string]*huma.Response{"200": {Description: http.StatusText(http.StatusOK),
		Content: map[string]*huma.MediaType{o.Stream: {Schema: line}}}}
}

// streamed lets a handler write the response itself.
func streamed(serve func(http.ResponseWriter, *http.Request)) *huma.StreamResponse {
	return &huma.StreamResponse{Body: func(ctx huma.Context) {
		r, w := humago.Unwrap(ctx)
		serve(w, r)
	}}
}

// authorize refuses callers without access before anything else of the request is
// read.
func (s *shell) authorize(a Access) func(huma.Context, func(huma.Context)) {
	return func(ctx huma.Context, next func(huma.Context)) {
		r, w := humago.Unwrap(ctx)
		if err := s.admit(r, a); err != nil {
			s.refuse(w, r, err)
			return
		}
		next(ctx)
	}
}

// refusals returns all error statuses, so that the document lists every answer.
func (o operation) refusals(input reflect.Type) []int {
	all := append([]int{http.StatusUnprocessableEntity}, o.Refuses...)
	switch {
	case o.Access.Share:
		all = append(all, http.StatusUnauthorized, http.StatusNotFound, http.StatusGone, http.StatusTooManyRequests)
	case !o.Access.Public:
		all = append(all, http.StatusUnauthorized, http.StatusForbidden)
	}
	if o.Method != http.MethodGet {
		all = append(all, http.StatusForbidden) // cross-origin request
	}
	if o.Tag != tagHealth {
		all = append(all, http.StatusMisdirectedRequest) // foreign host
	}
	if strings.Contains(o.Path, "{") {
		all = append(all, http.StatusNotFound)
	}
	if _, body := input.FieldByName("Body"); body {
		all = append(all, http.StatusBadRequest, http.StatusRequestTimeout, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType)
	}
	if _, edit := input.FieldByName("Edit"); edit {
		all = append(all, http.StatusPreconditionFailed, http.StatusPreconditionRequired)
	}
	return all
}

// Names of the security schemes.
const (
	bySession = "session"
	byKey     = "key"
	byShare   = "share"
)

func (a Access) security() []map[string][]string {
	switch {
	case a.Public:
		return []map[string][]string{}
	case a.Share:
		return []map[string][]string{{byShare: {}}}
	case a.Person:
		return []map[string][]string{{bySession: {}}}
	}
	return []map[string][]string{{bySession: {}}, {byKey: {}}}
}
