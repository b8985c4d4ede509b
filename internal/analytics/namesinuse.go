package analytics

import (
	"context"

	"adtally"
)

// namesSQL are the current names of each level with their spend from $1 to $2. Names
// without spend are part of them.
var namesSQL = map[NamedLevel]string{
	CampaignNames: namesOf("campaigns", "campaign", "marketing_spend", " AND n.current"),
	AdSetNames:    namesOf("ad_sets", "ad_set", "ad_delivery", ""),
	AdNames:       namesOf("ads", "ad", "ad_delivery", ""),
}

func namesOf(names, level, spend, and string) string {
	return "SELECT n." + level + "_name, COALESCE(s.currency, ''), CAST(COALESCE(SUM(s.spend), 0) AS VARCHAR) FROM adtally." + names + " n LEFT JOIN adtally." + spend + " s ON s." + level + "_id = n." + level +
		"_id AND s.source = n.source AND s.date BETWEEN CAST($1 AS DATE) AND CAST($2 AS DATE) WHERE n." + level + "_name IS NOT NULL" + and + " GROUP BY 1, 2 ORDER BY COALESCE(SUM(s.spend), 0) DESC, 1, 2"
}

// NamesInUse returns the names of campaigns, ad sets or ads with what they spent, the
// highest spend first.
func (e *Engine) NamesInUse(ctx context.Context, db Queryer, level NamedLevel, w adtally.Window) (all []adtally.NamedSpend, err error) {
	a := &asking{Engine: e, db: db, out: &Answer{}}
	found, err := a.run(ctx, Statement{SQL: namesSQL[level], Values: []any{w.From.String(), w.Last().String()}})
	for _, r := range found {
		all = append(all, adtally.NamedSpend{Name: r[0].value, Currency: r[1].value, Spend: r[2].value})
	}
	return all, err
}
