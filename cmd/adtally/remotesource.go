package main

import (
	"context"
	"encoding/json"
	"net/url"
)

type sourceCommand struct {
	Catalog  catalogCommand        `cmd:"" help:"List the ad platforms that can be connected."`
	List     sourceListCommand     `cmd:"" help:"List the sources."`
	Show     sourceShowCommand     `cmd:"" help:"Show a source."`
	Add      sourceAddCommand      `cmd:"" help:"Connect a source, with the token from ADTALLY_TOKEN or a prompt."`
	Set      sourceSetCommand      `cmd:"" help:"Change a source's accounts, tables, schedule and other settings."`
	SetToken sourceSetTokenCommand `cmd:"" help:"Replace a source's token. Nothing else changes."`
	Token    sourceTokenCommand    `cmd:"" help:"Show a source's token: owner, permissions, expiry. The token itself is never shown."`
	Link     sourceLinkCommand     `cmd:"" help:"Create a link with which somebody else can log in for a source, once."`
	Accounts sourcePartCommand     `cmd:"" help:"List the ad accounts that a source sees."`
	Tables   sourceTablesCommand   `cmd:"" help:"List the tables that a source can read."`
	Quota    sourceQuotaCommand    `cmd:"" help:"Show how much of its rate limit each ad account uses."`
	Usage    sourceUsageCommand    `cmd:"" help:"Show the API calls, bytes and rows of a source, by table."`
	Coverage sourceCoverCommand    `cmd:"" help:"Show which days are in the warehouse."`
	Gaps     sourceGapsCommand     `cmd:"" help:"List what is missing in the warehouse, and why."`
	Compare  sourceCompareCommand  `cmd:"" help:"Compare the figures of a source with the platform's own totals."`
	Delete   sourceDeleteCommand   `cmd:"" help:"Delete a source. Its tables stay, and you can restore it for 30 days."`
	Restore  sourceRestoreCommand  `cmd:"" help:"Restore a deleted source."`
}

// aSource is a command about one source.
type aSource struct {
	remote
	ID string `arg:"" help:"The source's id, see adtally source list."`
}

func (n aSource) path() string { return "/sources/" + url.PathEscape(n.ID) }

// sourceFields are those of a source that people look at first.
var sourceFields = []string{"id", "name", "connector", "dataset", "stage", "accounts", "all_accounts", "tables", "since", "every_minutes", "look_back_days", "last_good", "next", "failures", "fault", "why", "deleted"}

type catalogCommand struct{ remote }

func (c *catalogCommand) Run(ctx context.Context, p *program) error {
	return c.listed(ctx, p, "/catalog", "name", "title", "summary")
}

// listed asks for a list and prints it.
func (r *remote) listed(ctx context.Context, p *program, path string, fields ...string) error {
	v, err := r.visit(ctx, p)
	if err != nil {
		return err
	}
	answer, err := v.ask(ctx, "GET", path, nil)
	if err != nil {
		return err
	}
	return v.show(answer, fields...)
}

// wholeList asks for page after page.
func (r *remote) wholeList(ctx context.Context, p *program, path string, fields ...string) error {
	v, err := r.visit(ctx, p)
	if err != nil {
		return err
	}
	type items struct {
		Items []json.RawMessage `json:"items"`
		Next  string            `json:"next,omitempty"`
	}
	all := items{Items: []json.RawMessage{}}
	for more := true; more; more = all.Next != "" {
		answer, err := v.ask(ctx, "GET", path+"?"+url.Values{"limit": {"200"}, "cursor": {all.Next}}.Encode(), nil)
		if err != nil {
			return err
		}
		var page items
		if err := answer.into(&page); err != nil {
			return err
		}
		all = items{append(all.Items, page.Items...), page.Next}
	}
	raw, err := json.Marshal(all)
	if err != nil {
		return err
	}
	return v.show(reply{raw: raw}, fields...)
}

type sourceListCommand struct {
	remote
	Deleted bool `help:"List deleted sources that can be restored."`
}

func (c *sourceListCommand) Run(ctx context.Context, p *program) error {
	path := "/sources"
	if c.Deleted {
		path += "?deleted=true"
	}
	return c.listed(ctx, p, path, "id", "name", "connector", "dataset", "stage", "last_good", "next", "fault")
}

type sourceShowCommand struct{ aSource }

func (c *sourceShowCommand) Run(ctx context.Context, p *program) error {
	return c.listed(ctx, p, c.path(), sourceFields...)
}

// choices are what a person sets of a source; what is not named stays.
type choices struct {
	Name     *string  `help:"Display name."`
	Account  []string `help:"Ad accounts, by number." placeholder:"NUMBER"`
	All      *bool    `help:"All accounts that the token sees, including future ones." name:"all-accounts" negatable:""`
	Table    []string `help:"Tables; default: the usual ones."`
	Since    string   `help:"First day." placeholder:"YYYY-MM-DD"`
	Every    *int     `help:"Minutes between two syncs: 5, 15, 30, 60, 120, 180, 360, 480, 720 or 1440." placeholder:"MINUTES"`
	LookBack *int     `help:"How many days back figures are read again; 0 = as long as the platform restates them." placeholder:"DAYS"`
}

func (c choices) body() map[string]any {
	body := map[string]any{}
	put(body, "name", c.Name)
	put(body, "all_accounts", c.All)
	put(body, "every_minutes", c.Every)
	put(body, "look_back_days", c.LookBack)
	if c.Account != nil {
		body["accounts"] = c.Account
	}
	if c.Table != nil {
		body["tables"] = c.Table
	}
	if c.Since != "" {
		body["since"] = c.Since
	}
	return body
}

func put[T any](body map[string]any, key string, value *T) {
	if value != nil {
		body[key] = *value
	}
}

type sourceAddCommand struct {
	remote
	choices
	Connector string `arg:"" help:"The ad platform; see adtally source catalog." placeholder:"facebookads"`
	Dataset   string `help:"Schema for the tables. Default: the connector's name." placeholder:"NAME"`
}

func (c *sourceAddCommand) Run(ctx context.Context, p *program) error {
	v, err := c.visit(ctx, p)
	if err != nil {
		return err
	}
	token, err := p.token()
	if err != nil {
		return err
	}
	body := c.body()
	body["connector"], body["token"] = c.Connector, token.Reveal()
	if c.Dataset != "" {
		body["dataset"] = c.Dataset
	}
	answer, err := v.ask(ctx, "POST", "/sources", body)
	if err != nil {
		return err
	}
	return v.show(answer, sourceFields...)
}

type sourceSetCommand struct {
	aSource
	choices
}

func (c *sourceSetCommand) Run(ctx context.Context, p *program) error {
	body := c.body()
	if len(body) == 0 {
		return wrong("nothing", "adtally source set --help lists the options.", "No change was given")
	}
	return c.changed(ctx, p, "PATCH", "", body)
}

// changed edits the source and shows what it is then.
func (n aSource) changed(ctx context.Context, p *program, method, action string, body any) error {
	v, err := n.visit(ctx, p)
	if err != nil {
		return err
	}
	answer, err := v.edit(ctx, method, n.path(), action, body)
	if err != nil {
		return err
	}
	return v.show(answer, sourceFields...)
}

type sourceSetTokenCommand struct {
	aSource
	From    string `help:"Use the token of this other source." placeholder:"SOURCE"`
	Confirm bool   `help:"Accept the token even if it does not see all accounts of the source; their rows stay."`
}

func (c *sourceSetTokenCommand) Run(ctx context.Context, p *program) error {
	v, err := c.visit(ctx, p)
	if err != nil {
		return err
	}
	body := map[string]any{"confirm": c.Confirm, "from_source": c.From}
	if c.From == "" {
		token, err := p.token()
		if err != nil {
			return err
		}
		body["token"] = token.Reveal()
	}
	answer, err := v.ask(ctx, "PUT", c.path()+"/credential", body)
	if err != nil {
		return err
	}
	return v.show(answer, sourceFields...)
}

type sourceTokenCommand struct{ aSource }

func (c *sourceTokenCommand) Run(ctx context.Context, p *program) error {
	return c.listed(ctx, p, c.path()+"/credential", "who", "kind", "app", "scopes", "issued", "expiry_known", "expires", "data_access_expires", "checked", "extended_by_itself", "extension_problem")
}

type sourceLinkCommand struct {
	aSource
	Days int `help:"How long the link works." default:"7"`
}

func (c *sourceLinkCommand) Run(ctx context.Context, p *program) error {
	v, err := c.visit(ctx, p)
	if err != nil {
		return err
	}
	answer, err := v.ask(ctx, "POST", c.path()+"/connect-links", map[string]any{"days": c.Days})
	if err != nil {
		return err
	}
	return v.show(answer, "url", "expires")
}

type sourcePartCommand struct{ aSource }

func (c *sourcePartCommand) Run(ctx context.Context, p *program) error {
	return c.listed(ctx, p, c.path()+"/accounts", "id", "name", "currency", "zone", "status", "last_seen")
}

type sourceTablesCommand struct{ aSource }

func (c *sourceTablesCommand) Run(ctx context.Context, p *program) error {
	return c.listed(ctx, p, c.path()+"/tables", "name", "picked", "rows", "last_read", "calls_per_day", "how_read", "description")
}

type sourceQuotaCommand struct{ aSource }

func (c *sourceQuotaCommand) Run(ctx context.Context, p *program) error {
	return c.listed(ctx, p, c.path()+"/quota", "account", "account_name", "used", "as_of", "waits_until", "waited_seconds")
}

type sourceGapsCommand struct{ aSource }

func (c *sourceGapsCommand) Run(ctx context.Context, p *program) error {
	return c.listed(ctx, p, c.path()+"/gaps", "kind", "account", "table", "column", "from", "to", "days", "count", "reason", "hint", "next_try")
}

type sourceCompareCommand struct {
	aSource
	Account string `help:"Only this ad account." placeholder:"NUMBER"`
	Table   string `help:"Table whose rows are added up. Default: the most detailed one."`
	Since   string `help:"First day. Default: 27 days before the last." placeholder:"YYYY-MM-DD"`
	Until   string `help:"Last day. Default: today." placeholder:"YYYY-MM-DD"`
	By      string `help:"Add up by day or by account." enum:",day,account" default:""`
}

func (c *sourceCompareCommand) Run(ctx context.Context, p *program) error {
	query := url.Values{"account": {c.Account}, "table": {c.Table}, "since": {c.Since}, "until": {c.Until}, "by": {c.By}}
	return c.listed(ctx, p, c.path()+"/reconciliation?"+query.Encode(), "account", "day", "currency", "state", "compared", "differ", "not_checked", "checked_at", "figures")
}

type sourceUsageCommand struct{ aSource }

func (c *sourceUsageCommand) Run(ctx context.Context, p *program) error {
	return c.listed(ctx, p, c.path()+"/usage", "table", "calls", "rows", "seconds", "bytes", "tries", "failed")
}

type sourceCoverCommand struct{ aSource }

func (c *sourceCoverCommand) Run(ctx context.Context, p *program) error {
	return c.wholeList(ctx, p, c.path()+"/coverage", "table", "account", "from", "to", "partial", "asked")
}

type sourceDeleteCommand struct{ aSource }

func (c *sourceDeleteCommand) Run(ctx context.Context, p *program) error {
	return c.changed(ctx, p, "DELETE", "", nil)
}

type sourceRestoreCommand struct{ aSource }

func (c *sourceRestoreCommand) Run(ctx context.Context, p *program) error {
	return c.changed(ctx, p, "POST", "/restore", nil)
}
