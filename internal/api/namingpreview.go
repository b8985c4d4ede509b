package api

import (
	"cmp"
	"context"
	"maps"
	"math/big"
	"slices"
	"strings"

	"adtally"
	"adtally/internal/analytics"
)

// NamingPreview says what a naming rule makes of the names in use.
type NamingPreview struct {
	Names    int             `json:"names" doc:"Number of names in use"`
	Unparsed int             `json:"unparsed" doc:"Number of names that the rule cannot split"`
	Whole    int             `json:"whole" doc:"Number of names without the delimiter, which stay in one piece"`
	Spend    []UnparsedSpend `json:"spend" nullable:"false" doc:"Spend of the last 90 days, by currency"`
	Sample   []SplitName     `json:"sample" nullable:"false" doc:"Names with the highest spend; those that the rule cannot split come first"`
	Values   []NamingValues  `json:"values" nullable:"false" doc:"Values of each dimension"`
}

// UnparsedSpend is the spend under names that a rule cannot split.
type UnparsedSpend struct {
	Currency string `json:"currency" doc:"Currency (ISO 4217)"`
	Spend    string `json:"spend" doc:"Spend under all names, as a decimal number"`
	Unparsed string `json:"unparsed" doc:"Spend under names that the rule cannot split"`
	Share    string `json:"share,omitempty" doc:"Share of the spend that is unparsed, as a decimal number; absent = nothing was spent"`
}

// SplitName is a name with its parts.
type SplitName struct {
	Name     string            `json:"name" doc:"Name"`
	Spend    string            `json:"spend" doc:"Spend of the last 90 days, as a decimal number"`
	Currency string            `json:"currency" doc:"Currency of the spend (ISO 4217)"`
	Parsed   bool              `json:"parsed" doc:"Whether the rule can split it"`
	Parts    map[string]string `json:"parts" nullable:"false" doc:"Parts by dimension; empty if the rule cannot split the name"`
}

// NamingValues are the values of a dimension.
type NamingValues struct {
	Dimension string        `json:"dimension" doc:"Name of the dimension"`
	Count     int           `json:"count" doc:"Number of different values"`
	Values    []NamingValue `json:"values" nullable:"false" doc:"Most frequent values"`
}

// NamingValue is a value with the number of its names.
type NamingValue struct {
	Value string `json:"value" doc:"Value"`
	Names int    `json:"names" doc:"Number of names that have it"`
}

const (
	namingDays   = 90  // days whose names and spend are looked at
	namingSample = 100 // names that are shown
	namingValues = 20  // values that are shown
)

type previewedNaming struct{ Body NamingPreview }

func (g namingRules) preview(ctx context.Context, _ Caller, in *struct{ Body analytics.NamingRule }) (*previewedNaming, error) {
	if err := invalidFields(in.Body.Check(nil)); err != nil {
		return nil, err
	}
	splitter, err := analytics.NewSplitter(in.Body)
	if err != nil {
		return nil, err
	}
	today, err := g.today(ctx)
	if err != nil {
		return nil, err
	}
	all, err := g.Analytics.NamesInUse(ctx, in.Body.Level, adtally.Window{From: today - namingDays + 1, To: today + 1})
	if err != nil {
		return nil, analyticsProblem(err)
	}
	p := newNamingCounter(in.Body)
	for _, n := range all {
		p.add(n, splitter)
	}
	return &previewedNaming{p.result()}, nil
}

// namingCounter counts what a rule makes of names.
type namingCounter struct {
	rule            analytics.NamingRule
	names, unparsed map[string]bool
	whole           map[string]bool
	spend           map[string]sums // ours = all, platform = unparsed
	values          map[string]map[string]map[string]bool
	split           []SplitName
}

func newNamingCounter(r analytics.NamingRule) *namingCounter {
	return &namingCounter{rule: r, names: map[string]bool{}, unparsed: map[string]bool{}, whole: map[string]bool{}, spend: map[string]sums{}, values: map[string]map[string]map[string]bool{}}
}

func (c *namingCounter) add(n adtally.NamedSpend, s *analytics.Splitter) {
	parts, ok := s.Parse(n.Name)
	c.names[n.Name] = true
	if c.rule.Kind == analytics.ByDelimiter && !strings.Contains(n.Name, c.rule.Delimiter) {
		c.whole[n.Name] = true
	}
	total := c.spend[n.Currency]
	total.ours = added(total.ours, n.Spend)
	if !ok {
		c.unparsed[n.Name] = true
		total.platform = added(total.platform, n.Spend)
		parts = map[string]string{}
	}
	c.spend[n.Currency] = total
	for dimension, value := range parts {
		if c.values[dimension] == nil {
			c.values[dimension] = map[string]map[string]bool{}
		}
		if c.values[dimension][value] == nil {
			c.values[dimension][value] = map[string]bool{}
		}
		c.values[dimension][value][n.Name] = true
	}
	c.split = append(c.split, SplitName{n.Name, n.Spend, n.Currency, ok, parts})
}

func (c *namingCounter) result() NamingPreview {
	out := NamingPreview{Names: len(c.names), Unparsed: len(c.unparsed), Whole: len(c.whole), Spend: []UnparsedSpend{}, Values: []NamingValues{}}
	for _, currency := range slices.Sorted(maps.Keys(c.spend)) {
		out.Spend = append(out.Spend, unparsedSpend(currency, c.spend[currency]))
	}
	for _, p := range c.rule.Parts {
		out.Values = append(out.Values, c.valuesOf(p.Dimension))
	}
	slices.SortStableFunc(c.split, func(a, b SplitName) int { return cmp.Compare(rank(a.Parsed), rank(b.Parsed)) })
	out.Sample = orEmpty(c.split[:min(len(c.split), namingSample)])
	return out
}

func rank(parsed bool) int {
	if parsed {
		return 1
	}
	return 0
}

func unparsedSpend(currency string, s sums) UnparsedSpend {
	zero := new(big.Rat)
	all, unparsed := cmp.Or(s.ours, zero), cmp.Or(s.platform, zero)
	out := UnparsedSpend{Currency: currency, Spend: decimal(all), Unparsed: decimal(unparsed)}
	if all.Sign() != 0 {
		out.Share = new(big.Rat).Quo(unparsed, all).FloatString(6)
	}
	return out
}

func (c *namingCounter) valuesOf(dimension string) NamingValues {
	out := NamingValues{Dimension: dimension, Count: len(c.values[dimension]), Values: []NamingValue{}}
	for value, names := range c.values[dimension] {
		out.Values = append(out.Values, NamingValue{value, len(names)})
	}
	slices.SortFunc(out.Values, func(a, b NamingValue) int {
		return cmp.Or(cmp.Compare(b.Names, a.Names), cmp.Compare(a.Value, b.Value))
	})
	out.Values = out.Values[:min(len(out.Values), namingValues)]
	return out
}
