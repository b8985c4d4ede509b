package api

import (
	"context"
	"net/http"
	"reflect"

	"github.com/danielgtaylor/huma/v2"

	"adtally"
)

// tokenChecks serves the checks of a token one by one, as they are done.
type tokenChecks struct{ sources }

func (g tokenChecks) register() {
	const text = "One JSON object per line: first checks, then a check for each, as soon as it is done, and at the end findings or fault. Nothing is stored."
	handle(g.shell, operation{ID: "stream-credential-checks", Method: http.MethodPost, Path: oneCredential + "/checks", Tag: tagSources, Access: withSecrets,
		Summary: "Check a token for a source, and report each check as it is done", Stream: jsonLines, Line: reflect.TypeFor[TokenCheckLine](), Text: text}, g.forSource)
	handle(g.shell, operation{ID: "stream-token-checks", Method: http.MethodPost, Path: "/api/v1/catalog/{connector}/checks", Tag: tagSources, Access: withSecrets,
		Summary: "Check a token for a new source, and report each check as it is done", Stream: jsonLines, Line: reflect.TypeFor[TokenCheckLine](), Text: text}, g.forNew)
}

// TokenCheckLine is a line of the checks of a token. It has one member.
type TokenCheckLine struct {
	Checks   []adtally.CheckName `json:"checks,omitempty" nullable:"false" enum:"form,live,permission,expiry,accounts,same_accounts,insights" doc:"Names of the checks in the order in which they run; the first line"`
	Check    *TokenCheck         `json:"check,omitempty" doc:"A check that is done"`
	Findings *Findings           `json:"findings,omitempty" doc:"All results; the last line"`
	Fault    *LineFault          `json:"fault,omitempty" doc:"Why the checks could not be completed; the last line"`
}

func (g tokenChecks) forSource(ctx context.Context, who Caller, in *struct {
	ByID
	Body struct {
		Token      string `json:"token,omitempty" maxLength:"4000" doc:"Access token of the platform"`
		FromSource string `json:"from_source,omitempty" maxLength:"100" doc:"ID of another source whose token is checked"`
		Login      string `json:"login,omitempty" maxLength:"100" doc:"ID of a completed login whose token is checked"`
	}
},
) (*huma.StreamResponse, error) {
	s, err := g.Sources.Source(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	f, err := g.secretOf(ctx, who, s, TokenFrom{Token: in.Body.Token, FromSource: in.Body.FromSource, Login: in.Body.Login})
	if err != nil {
		return nil, err
	}
	b, err := g.before(ctx, s)
	if err != nil {
		return nil, err
	}
	return g.stream(ctx, s.Connector, f.secret, b), nil
}

func (g tokenChecks) forNew(ctx context.Context, who Caller, in *struct {
	ByConnector
	Body struct {
		Token string `json:"token,omitempty" maxLength:"4000" doc:"Access token of the platform"`
		Login string `json:"login,omitempty" maxLength:"100" doc:"ID of a completed login whose token is checked"`
	}
},
) (*huma.StreamResponse, error) {
	spec, err := g.spec(in.Connector)
	if err != nil {
		return nil, err
	}
	secret, err := g.openFrom(ctx, who, spec.Name, TokenFrom{Token: in.Body.Token, Login: in.Body.Login})
	if err != nil {
		return nil, err
	}
	return g.stream(ctx, spec.Name, secret, adtally.Before{}), nil
}

// stream sends the checks of a secret as they are done.
func (g tokenChecks) stream(ctx context.Context, connector string, secret adtally.Secret, b adtally.Before) *huma.StreamResponse {
	return g.lines(ctx, func(send func(any) error) error {
		if err := send(TokenCheckLine{Checks: adtally.CheckNames()}); err != nil {
			return err
		}
		ctx, stop := context.WithCancelCause(ctx)
		defer stop(nil)
		i, _, err := g.OAuth.InspectStepwise(ctx, connector, secret, b, func(c adtally.Check) {
			check := checkOf(c)
			if err := send(TokenCheckLine{Check: &check}); err != nil {
				stop(err)
			}
		})
		if gone := context.Cause(ctx); gone != nil {
			return gone
		}
		if err != nil {
			return platformProblem(err)
		}
		all := findingsOf(i)
		return send(TokenCheckLine{Findings: &all})
	})
}
