package api

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"time"

	"adtally"
	"adtally/internal/analytics"
)

// CampaignMatches keep the campaigns that people matched with UTM values.
type CampaignMatches interface {
	CampaignMatches(ctx context.Context) ([]adtally.CampaignMatch, error)
	// SetCampaignMatch replaces the match of the same UTM values.
	SetCampaignMatch(ctx context.Context, m adtally.CampaignMatch, d adtally.AuditEntry) error
	RemoveCampaignMatch(ctx context.Context, touch string, d adtally.AuditEntry) error
}

// matching serves the UTM values of customers and orders, and the campaigns they belong to.
type matching struct{ sources }

func (g matching) register() {
	const list, one = "/api/v1/campaign-matches", "/api/v1/campaign-matches/{id}"
	slow := []int{http.StatusServiceUnavailable}
	handle(g.shell, operation{ID: "list-unmatched-touches", Method: http.MethodGet, Path: "/api/v1/unmatched-touches", Tag: tagData, Access: forViewers, Summary: "List the UTM values that belong to no campaign",
		Text: "UTM values and campaign numbers of customers and orders for which no campaign, or more than one, was found; most orders first.", Refuses: slow}, g.unmatched)
	handle(g.shell, operation{ID: "list-campaign-matches", Method: http.MethodGet, Path: list, Tag: tagData, Access: forViewers, Summary: "List the UTM values that people matched with a campaign"}, g.list)
	handle(g.shell, operation{ID: "set-campaign-match", Method: http.MethodPut, Path: one, Tag: tagData, Access: forEditors, Summary: "Match UTM values with a campaign",
		Text: "It replaces the match that the values have, and comes before all other ways of matching.", Refuses: append(slow, http.StatusNotFound)}, g.set)
	handle(g.shell, operation{ID: "delete-campaign-match", Method: http.MethodDelete, Path: one, Tag: tagData, Access: forEditors, Summary: "Delete the match of UTM values",
		Text: "From then on they are matched by number and name again."}, g.remove)
}

// TouchValues are UTM values.
type TouchValues struct {
	Source   string `json:"utm_source,omitempty" doc:"UTM source as it came"`
	Medium   string `json:"utm_medium,omitempty" doc:"UTM medium as it came"`
	Campaign string `json:"utm_campaign,omitempty" doc:"UTM campaign as it came"`
	Number   string `json:"raw_campaign_id,omitempty" doc:"Number of a campaign as it came"`
}

// UnmatchedTouch is a combination of UTM values without a campaign.
type UnmatchedTouch struct {
	ID string `json:"id,omitempty" doc:"ID of the combination; absent = customers and orders without any of the values"`
	TouchValues
	Orders    QueryFigure `json:"orders" doc:"Number of orders"`
	Revenue   QueryFigure `json:"revenue" doc:"Revenue of these orders"`
	Customers QueryFigure `json:"new_customers" doc:"Number of new customers"`
}

// CampaignMatch is a combination of UTM values that a person matched.
type CampaignMatch struct {
	ID string `json:"id" doc:"ID of the combination"`
	TouchValues
	CampaignID   string    `json:"campaign_id" doc:"Number of the campaign"`
	CampaignName string    `json:"campaign_name,omitempty" doc:"Current name of the campaign; absent = there is no such campaign any more"`
	At           time.Time `json:"at" doc:"When it was matched"`
	By           string    `json:"by" doc:"Who matched it, as kind:id"`
	ByName       string    `json:"by_name,omitempty" doc:"Current name of that person"`
}

type unmatchedInput struct {
	From     dayParam `query:"from" doc:"First day; absent = 89 days before the last"`
	To       dayParam `query:"to" doc:"Last day; absent = today in UTC"`
	Currency string   `query:"currency" maxLength:"3" example:"EUR" doc:"Target currency (ISO 4217); absent = revenue stays in its own currency"`
	Limit    int      `query:"limit" minimum:"1" maximum:"1000" default:"200" doc:"How many combinations are returned"`
}

// unmatchedDays is how many days are looked at without a choice: most orders come within a quarter.
const unmatchedDays = 90

type unmatchedTouches struct {
	Body struct {
		From  adtally.Day      `json:"from" doc:"First day"`
		To    adtally.Day      `json:"to" doc:"Last day"`
		Total int              `json:"total" doc:"Number of combinations, with those that are not returned"`
		Items []UnmatchedTouch `json:"items" nullable:"false" doc:"Combinations, most orders first"`
	}
}

func (g matching) unmatched(ctx context.Context, _ Caller, in *unmatchedInput) (*unmatchedTouches, error) {
	out := &unmatchedTouches{}
	out.Body.Items = []UnmatchedTouch{}
	out.Body.To = dayOr(in.To, adtally.DayOf(g.Now(), time.UTC))
	out.Body.From = dayOr(in.From, out.Body.To-unmatchedDays+1)
	if out.Body.To < out.Body.From {
		return nil, invalid("query.to", "The last day is before the first")
	}
	a, err := g.Analytics.AskByTouch(ctx, analytics.Query{Metrics: []string{"orders", "revenue", "new_customers"}, From: out.Body.From, To: out.Body.To,
		Filters: []analytics.Filter{{Dimension: "campaign", In: []string{analytics.Unmatched}}}, Currency: in.Currency})
	if err != nil {
		return nil, analyticsProblem(err)
	}
	out.Body.Total = len(a.Rows)
	slices.SortStableFunc(a.Rows, func(x, y analytics.Row) int { return compareCounts(y.Figures[0], x.Figures[0]) })
	out.Body.Items, err = g.touches(ctx, a.Rows[:min(len(a.Rows), in.Limit)])
	return out, err
}

// touches adds the UTM values to the rows of an answer.
func (g matching) touches(ctx context.Context, rows []analytics.Row) ([]UnmatchedTouch, error) {
	all := []UnmatchedTouch{}
	var ids []string
	for _, r := range rows {
		ids = append(ids, r.Members[0])
	}
	values, err := g.Analytics.Touches(ctx, ids)
	if err != nil {
		return nil, analyticsProblem(err)
	}
	for _, r := range rows {
		figures := figuresOf(r.Figures)
		one := UnmatchedTouch{Orders: figures[0], Revenue: figures[1], Customers: figures[2]}
		if t, known := values[r.Members[0]]; known {
			one.ID, one.TouchValues = r.Members[0], TouchValues{t.Source, t.Medium, t.Campaign, t.CampaignID}
		}
		all = append(all, one)
	}
	return all, nil
}

// compareCounts compares whole numbers as text.
func compareCounts(a, b analytics.Figure) int {
	return cmp.Or(cmp.Compare(len(a.Value), len(b.Value)), cmp.Compare(a.Value, b.Value))
}

func (g matching) list(ctx context.Context, _ Caller, _ *struct{}) (*listed[CampaignMatch], error) {
	all, err := g.Matches.CampaignMatches(ctx)
	if err != nil {
		return nil, err
	}
	out := &listed[CampaignMatch]{}
	out.Body.Items = []CampaignMatch{}
	var ids []string
	for _, m := range all {
		ids = append(ids, m.Campaign)
	}
	campaigns, err := g.Analytics.CampaignNames(ctx, ids)
	if err != nil {
		return nil, analyticsProblem(err)
	}
	name := g.names(ctx)
	for _, m := range all {
		out.Body.Items = append(out.Body.Items, matchOf(m, campaigns[m.Campaign], name))
	}
	return out, nil
}

func matchOf(m adtally.CampaignMatch, campaign string, name func(string) string) CampaignMatch {
	return CampaignMatch{m.Touch, TouchValues{m.Source, m.Medium, m.Name, m.Raw}, m.Campaign, campaign, m.At.UTC(), m.By, name(m.By)}
}

func (g matching) set(ctx context.Context, who Caller, in *struct {
	ByID
	Body struct {
		Campaign string `json:"campaign_id" minLength:"1" maxLength:"200" doc:"Number of the campaign: see list-members of the dimension campaign"`
	}
},
) (*struct{ Body CampaignMatch }, error) {
	values, err := g.Analytics.Touches(ctx, []string{in.ID})
	if err != nil {
		return nil, analyticsProblem(err)
	}
	t, known := values[in.ID]
	if !known {
		return nil, refusal("not_found", "No customer or order has these UTM values", "See list-unmatched-touches.")
	}
	campaigns, err := g.Analytics.CampaignNames(ctx, []string{in.Body.Campaign})
	if err != nil {
		return nil, analyticsProblem(err)
	}
	campaign, known := campaigns[in.Body.Campaign]
	if !known {
		return nil, invalid("body.campaign_id", "There is no campaign with this number")
	}
	m := adtally.CampaignMatch{Touch: in.ID, Source: t.Source, Medium: t.Medium, Name: t.Campaign, Raw: t.CampaignID, Campaign: in.Body.Campaign, At: g.Now(), By: who.String()}
	err = g.Matches.SetCampaignMatch(ctx, m, g.audited(who, "campaign_match.set", object("campaign_match", in.ID), map[string]string{"utm_source": t.Source, "utm_campaign": t.Campaign, "campaign": m.Campaign}))
	return &struct{ Body CampaignMatch }{matchOf(m, campaign, g.names(ctx))}, err
}

func (g matching) remove(ctx context.Context, who Caller, in *struct{ ByID }) (*nothing, error) {
	return nil, g.Matches.RemoveCampaignMatch(ctx, in.ID, g.audited(who, "campaign_match.delete", object("campaign_match", in.ID), nil))
}
