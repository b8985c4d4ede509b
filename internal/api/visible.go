package api

import (
	"context"
	"iter"
	"net/http"
	"reflect"

	"github.com/danielgtaylor/huma/v2"

	"adtally"
)

// VisibleAccounts lists ad accounts. Its faults are shown to the caller unchanged.
type VisibleAccounts interface {
	// VisibleAccounts returns the ad accounts that a secret can see as the platform names
	// them, and again when more is known about them.
	VisibleAccounts(ctx context.Context, connector string, secret adtally.Secret) iter.Seq2[adtally.VisibleAccounts, error]
}

// visibleAccounts serves the ad accounts from which a person picks.
type visibleAccounts struct{ sources }

func (g visibleAccounts) register() {
	handle(g.shell, operation{ID: "stream-visible-accounts", Method: http.MethodPost, Path: "/api/v1/catalog/{connector}/visible-accounts", Tag: tagSources, Access: withSecrets,
		Summary: "List the ad accounts that a token can see, as they are found", Stream: jsonLines, Line: reflect.TypeFor[VisibleAccountLine](),
		Text: "One JSON object per line, sent as soon as it is known; each line has one member. The names of the accounts come first. A later line for the same account has everything that is known by then. The last line is done or fault. The token is not stored."}, g.list)
}

// VisibleAccount is an ad account that a token can see, as far as it is known yet.
type VisibleAccount struct {
	ID          string            `json:"id" doc:"Number of the ad account"`
	Name        string            `json:"name" doc:"Name at the platform"`
	Currency    string            `json:"currency" doc:"Currency of its figures (ISO 4217)"`
	Zone        string            `json:"zone" doc:"IANA time zone of its days"`
	Status      string            `json:"status" doc:"Status at the platform"`
	Portfolio   string            `json:"portfolio,omitempty" doc:"Name of the business portfolio that has it; absent = not known (yet)"`
	PortfolioID string            `json:"portfolio_id,omitempty" doc:"ID of that portfolio"`
	Owned       adtally.Ownership `json:"owned,omitempty" enum:"owned,client,unknown" doc:"owned = a portfolio of the token's owner has it; client = somebody else has it and shares it; unknown = the platform does not tell; absent = not known yet"`
	Spend       string            `json:"spend_30d,omitempty" example:"123.45" doc:"Spend of the last 30 days without today, in its currency; absent = not known (yet)"`
}

// VisibleAccountLine is a line of the list of visible accounts. It has one member.
type VisibleAccountLine struct {
	Account  *VisibleAccount `json:"account,omitempty" doc:"An ad account; a later line for the same account replaces it"`
	Expected int             `json:"expected,omitempty" doc:"Number of accounts in the whole list"`
	Done     bool            `json:"done,omitempty" doc:"The list is complete; always the last line"`
	Count    *int            `json:"count,omitempty" doc:"Number of accounts in the list; sent with done"`
	Fault    *LineFault      `json:"fault,omitempty" doc:"Why the list ends early; always the last line"`
}

// TokenOrigin says where a token comes from: exactly one of the three.
type TokenOrigin struct {
	Token  string `json:"token,omitempty" maxLength:"4000" doc:"Access token of the platform"`
	Login  string `json:"login,omitempty" maxLength:"100" doc:"ID of a completed login whose token is used"`
	Source string `json:"source,omitempty" maxLength:"100" doc:"ID of a source whose token is used"`
}

// from converts it, so that it can be opened.
func (o TokenOrigin) from() TokenFrom {
	return TokenFrom{Token: o.Token, Login: o.Login, FromSource: o.Source, sourceName: "source"}
}

func (g visibleAccounts) list(ctx context.Context, who Caller, in *struct {
	ByConnector
	Body TokenOrigin
},
) (*huma.StreamResponse, error) {
	spec, err := g.spec(in.Connector)
	if err != nil {
		return nil, err
	}
	secret, err := g.openFrom(ctx, who, spec.Name, in.Body.from())
	if err != nil {
		return nil, err
	}
	return g.lines(ctx, func(send func(any) error) error { return g.sendAccounts(ctx, spec.Name, secret, send) }), nil
}

// sendAccounts sends the accounts as they are found.
func (g visibleAccounts) sendAccounts(ctx context.Context, connector string, secret adtally.Secret, send func(any) error) error {
	known, expected := map[string]bool{}, 0
	for some, err := range g.Visible.VisibleAccounts(ctx, connector, secret) {
		if err != nil {
			return platformProblem(err)
		}
		if some.Expected > 0 && some.Expected != expected {
			expected = some.Expected
			if err := send(VisibleAccountLine{Expected: expected}); err != nil {
				return err
			}
		}
		for _, a := range some.Accounts {
			known[a.ID] = true
			if err := send(VisibleAccountLine{Account: visibleAccountOf(a)}); err != nil {
				return err
			}
		}
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	count := len(known)
	return send(VisibleAccountLine{Done: true, Count: &count})
}

func visibleAccountOf(a adtally.VisibleAccount) *VisibleAccount {
	return &VisibleAccount{ID: a.ID, Name: a.Name, Currency: a.Currency, Zone: a.Zone, Status: a.Status, Portfolio: a.Portfolio, PortfolioID: a.PortfolioID, Owned: a.Owned, Spend: a.Spend}
}
