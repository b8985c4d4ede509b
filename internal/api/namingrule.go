package api

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"adtally"
	"adtally/internal/analytics"
)

// namingRules serves the rules that split names into dimensions.
type namingRules struct{ sources }

func (g namingRules) register() {
	const list, one = "/api/v1/naming-rules", "/api/v1/naming-rules/{id}"
	handle(g.shell, operation{ID: "list-naming-rules", Method: http.MethodGet, Path: list, Tag: tagAnalytics, Access: forViewers, Summary: "List the naming rules",
		Text: "A naming rule splits the names of campaigns, ad sets or ads into parts that become dimensions."}, g.list)
	handle(g.shell, operation{ID: "create-naming-rule", Method: http.MethodPost, Path: list, Tag: tagAnalytics, Access: forEditors, Status: http.StatusCreated, Summary: "Create a naming rule"}, g.create)
	handle(g.shell, operation{ID: "preview-naming-rule", Method: http.MethodPost, Path: list + "/preview", Tag: tagAnalytics, Access: forViewers, Summary: "Try a naming rule on the names in use",
		Text: "Nothing is stored.", Refuses: []int{http.StatusServiceUnavailable}}, g.preview)
	handle(g.shell, operation{ID: "update-naming-rule", Method: http.MethodPut, Path: one, Tag: tagAnalytics, Access: forEditors, Summary: "Replace a naming rule", Text: "The former version is kept."}, g.change)
	handle(g.shell, operation{ID: "delete-naming-rule", Method: http.MethodDelete, Path: one, Tag: tagAnalytics, Access: forEditors, Summary: "Delete a naming rule", Text: "Its versions are kept."}, g.remove)
	handle(g.shell, operation{ID: "list-naming-rule-versions", Method: http.MethodGet, Path: one + "/versions", Tag: tagAnalytics, Access: forViewers, Summary: "List the versions of a naming rule, newest first"}, g.versions)
}

// StoredNamingRule is a version of a naming rule.
type StoredNamingRule struct {
	ID string `json:"id" doc:"ID of the rule"`
	analytics.NamingRule
	Version int64     `json:"version" doc:"Version, from 1"`
	Deleted bool      `json:"deleted,omitempty" doc:"Whether this version is the deletion of the rule"`
	Updated time.Time `json:"updated" doc:"When the version was stored"`
	By      string    `json:"by" doc:"Who stored it, as kind:id"`
	ByName  string    `json:"by_name,omitempty" doc:"Current name of who stored it"`
	ETag    string    `json:"etag" doc:"Send it as If-Match with an update"`
}

type oneNamingRule struct {
	ETag string `header:"ETag" doc:"Send it as If-Match with an update"`
	Body StoredNamingRule
}

func namingRuleOf(r adtally.StoredNamingRule, name func(string) string) (StoredNamingRule, error) {
	out := StoredNamingRule{ID: r.ID, Version: r.Version, Deleted: r.Deleted, Updated: r.At.UTC(), By: r.By, ByName: name(r.By), ETag: etag(r.Version)}
	if err := json.Unmarshal(r.Content, &out.NamingRule); err != nil {
		return out, fmt.Errorf("read the naming rule %s: %w", r.ID, err)
	}
	out.Parts = orEmpty(out.Parts)
	return out, nil
}

func (g namingRules) listOf(ctx context.Context, all []adtally.StoredNamingRule) (*listed[StoredNamingRule], error) {
	out := &listed[StoredNamingRule]{}
	out.Body.Items = []StoredNamingRule{}
	name := g.names(ctx)
	for _, r := range all {
		one, err := namingRuleOf(r, name)
		if err != nil {
			return nil, err
		}
		out.Body.Items = append(out.Body.Items, one)
	}
	return out, nil
}

func (g namingRules) list(ctx context.Context, _ Caller, _ *struct{}) (*listed[StoredNamingRule], error) {
	all, err := g.NamingRules.NamingRules(ctx)
	if err != nil {
		return nil, err
	}
	return g.listOf(ctx, all)
}

func (g namingRules) versions(ctx context.Context, _ Caller, in *struct{ ByID }) (*listed[StoredNamingRule], error) {
	all, err := g.versionsOf(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return g.listOf(ctx, all)
}

// versionsOf returns the versions of a rule, at least one.
func (g namingRules) versionsOf(ctx context.Context, id string) ([]adtally.StoredNamingRule, error) {
	all, err := g.NamingRules.NamingRuleVersions(ctx, id)
	if err == nil && len(all) == 0 {
		err = refusal("not_found", "There is no such naming rule", "See list-naming-rules.")
	}
	return all, err
}

func (g namingRules) create(ctx context.Context, who Caller, in *struct{ Body analytics.NamingRule }) (*oneNamingRule, error) {
	return g.store(ctx, who, adtally.StoredNamingRule{ID: g.NewID(), Version: 1}, in.Body, "naming_rule.create")
}

func (g namingRules) change(ctx context.Context, who Caller, in *struct {
	ByID
	Edit
	Body analytics.NamingRule
},
) (*oneNamingRule, error) {
	version, err := in.Version()
	if err != nil {
		return nil, err
	}
	all, err := g.versionsOf(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if all[0].Deleted {
		return nil, refusal("not_found", "The naming rule was deleted", "See list-naming-rules.")
	}
	return g.store(ctx, who, adtally.StoredNamingRule{ID: in.ID, Version: version + 1}, in.Body, "naming_rule.update")
}

// store checks a rule and stores it as a version.
func (g namingRules) store(ctx context.Context, who Caller, r adtally.StoredNamingRule, rule analytics.NamingRule, what string) (*oneNamingRule, error) {
	taken, err := g.taken(ctx, r.ID)
	if err != nil {
		return nil, err
	}
	if err := invalidFields(rule.Check(taken)); err != nil {
		return nil, err
	}
	if r.Content, err = json.Marshal(rule); err != nil {
		return nil, err
	}
	r.At, r.By = g.Now(), who.String()
	if err := g.NamingRules.AddNamingRule(ctx, r, g.audited(who, what, object("naming_rule", r.ID), map[string]string{"title": rule.Title, "version": fmt.Sprint(r.Version)})); err != nil {
		return nil, err
	}
	out, err := namingRuleOf(r, g.names(ctx))
	return &oneNamingRule{out.ETag, out}, err
}

// taken returns the names of dimensions that are in use, except by one rule.
func (g namingRules) taken(ctx context.Context, except string) ([]string, error) {
	names, err := g.dimensionNames(ctx)
	if err != nil {
		return nil, err
	}
	all, err := g.NamingRules.NamingRules(ctx)
	if err != nil {
		return nil, err
	}
	own := map[string]bool{}
	for _, r := range all {
		one, err := namingRuleOf(r, func(string) string { return "" })
		if err != nil {
			return nil, err
		}
		for _, p := range one.Parts {
			own[p.Dimension] = own[p.Dimension] || r.ID == except
			if r.ID != except {
				names = append(names, p.Dimension)
			}
		}
	}
	var out []string
	for _, n := range names {
		if !own[n] {
			out = append(out, n)
		}
	}
	return out, nil
}

func (g namingRules) remove(ctx context.Context, who Caller, in *struct{ ByID }) (*nothing, error) {
	all, err := g.versionsOf(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	last := all[0]
	if last.Deleted {
		return nil, refusal("not_found", "The naming rule was deleted", "See list-naming-rules.")
	}
	last.Version, last.Deleted, last.At, last.By = last.Version+1, true, g.Now(), who.String()
	return nil, g.NamingRules.AddNamingRule(ctx, last, g.audited(who, "naming_rule.delete", object("naming_rule", in.ID), nil))
}
