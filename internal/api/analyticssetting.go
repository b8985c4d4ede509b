package api

import (
	"context"
	"math/big"
	"net/http"
	"time"

	"adtally"
	"adtally/internal/analytics"
)

// AnalyticsSettings keeps the installation's rules for figures.
type AnalyticsSettings interface {
	// AnalyticsSettings returns the rules and their revision.
	AnalyticsSettings(ctx context.Context) (analytics.Settings, int64, error)
	// SetAnalyticsSettings refuses with stale_edit if the rules have another revision. What was
	// computed by them is computed again.
	SetAnalyticsSettings(ctx context.Context, s analytics.Settings, revision int64, d adtally.AuditEntry) error
}

// analyticsSettings serves the rules for figures.
type analyticsSettings struct {
	*shell
	Service
}

func (g analyticsSettings) register() {
	const path = "/api/v1/analytics-settings"
	handle(g.shell, operation{ID: "get-analytics-settings", Method: http.MethodGet, Path: path, Tag: tagData, Access: forViewers, Summary: "Get the rules for figures"}, g.get)
	handle(g.shell, operation{ID: "update-analytics-settings", Method: http.MethodPatch, Path: path, Tag: tagData, Access: forEditors, Summary: "Update the rules for figures",
		Text: "Fields that are absent stay as they are.", Refuses: []int{http.StatusServiceUnavailable}}, g.change)
}

// FigureRules are the rules for figures.
type FigureRules struct {
	Zone          string   `json:"reporting_zone" doc:"IANA time zone in which times become days" example:"Europe/Berlin"`
	Currency      string   `json:"reporting_currency" doc:"Currency that is suggested (ISO 4217)" example:"EUR"`
	MaxCarryDays  int      `json:"fx_max_carry_days" doc:"How many days old an exchange rate may be"`
	FiscalStart   string   `json:"fiscal_year_start" doc:"First day of the fiscal year, as MM-DD" example:"02-01"`
	FiscalNamedBy string   `json:"fiscal_year_named_by" enum:"start,end" doc:"Whether a fiscal year is named after the calendar year in which it begins or ends"`
	GrossMargin   string   `json:"gross_margin" doc:"Share of revenue that remains after the cost of goods, for payback" example:"0.7"`
	Cancelled     []string `json:"cancelled_statuses" nullable:"false" doc:"Statuses of orders that do not count"`
}

type oneFigureRules struct {
	ETag string `header:"ETag" doc:"Send it as If-Match with an update"`
	Body FigureRules
}

func rulesOf(s analytics.Settings, revision int64) *oneFigureRules {
	return &oneFigureRules{etag(revision), FigureRules{s.Zone, s.Currency, s.MaxCarryDays, s.FiscalStart, s.FiscalNamedBy, s.GrossMargin, orEmpty(s.Cancelled)}}
}

func (g analyticsSettings) get(ctx context.Context, _ Caller, _ *struct{}) (*oneFigureRules, error) {
	s, revision, err := g.FigureRules.AnalyticsSettings(ctx)
	return rulesOf(s, revision), err
}

// FigureRulesChoice is what a person changes.
type FigureRulesChoice struct {
	Zone          *string   `json:"reporting_zone,omitempty" maxLength:"100" doc:"IANA time zone in which times become days" example:"Europe/Berlin"`
	Currency      *string   `json:"reporting_currency,omitempty" pattern:"^[A-Z]{3}$" doc:"Currency that is suggested (ISO 4217)" example:"EUR"`
	MaxCarryDays  *int      `json:"fx_max_carry_days,omitempty" minimum:"0" maximum:"366" doc:"How many days old an exchange rate may be"`
	FiscalStart   *string   `json:"fiscal_year_start,omitempty" maxLength:"5" doc:"First day of the fiscal year, as MM-DD" example:"02-01"`
	FiscalNamedBy *string   `json:"fiscal_year_named_by,omitempty" enum:"start,end" doc:"Whether a fiscal year is named after the calendar year in which it begins or ends"`
	GrossMargin   *string   `json:"gross_margin,omitempty" maxLength:"20" doc:"Share of revenue that remains after the cost of goods, for payback" example:"0.7"`
	Cancelled     *[]string `json:"cancelled_statuses,omitempty" maxItems:"100" doc:"Statuses of orders that do not count"`
}

func (g analyticsSettings) change(ctx context.Context, who Caller, in *struct {
	Edit
	Body FigureRulesChoice
},
) (*oneFigureRules, error) {
	version, err := in.Version()
	if err != nil {
		return nil, err
	}
	s, _, err := g.FigureRules.AnalyticsSettings(ctx)
	if err != nil {
		return nil, err
	}
	in.Body.into(&s)
	if err := checkRules(s); err != nil {
		return nil, err
	}
	if err := g.FigureRules.SetAnalyticsSettings(ctx, s, version, g.audited(who, "analytics_settings.update", "analytics_settings", nil)); err != nil {
		return nil, fileProblem(err)
	}
	return rulesOf(s, version+1), nil
}

func (c FigureRulesChoice) into(s *analytics.Settings) {
	set(&s.Zone, c.Zone)
	set(&s.Currency, c.Currency)
	set(&s.MaxCarryDays, c.MaxCarryDays)
	set(&s.FiscalStart, c.FiscalStart)
	set(&s.FiscalNamedBy, c.FiscalNamedBy)
	set(&s.GrossMargin, c.GrossMargin)
	set(&s.Cancelled, c.Cancelled)
}

// checkRules refuses rules by which no figure can be computed.
func checkRules(s analytics.Settings) error {
	if _, err := time.LoadLocation(s.Zone); err != nil || s.Zone == "" || s.Zone == "Local" {
		return invalid("body.reporting_zone", "This is not an IANA time zone, such as Europe/Berlin")
	}
	if _, err := time.Parse("01-02", s.FiscalStart); err != nil {
		return invalid("body.fiscal_year_start", "This is not a day of the year, such as 02-01")
	}
	if margin, ok := new(big.Rat).SetString(s.GrossMargin); !ok || margin.Sign() <= 0 || margin.Cmp(big.NewRat(1, 1)) > 0 {
		return invalid("body.gross_margin", "This is not a share between 0 and 1, such as 0.7")
	}
	return nil
}
