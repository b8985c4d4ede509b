package marketing

import (
	"context"
	"database/sql"
	"strings"

	"adtally/internal/analytics"
	"adtally/internal/destination"
)

// match writes campaign_match: which campaign each way of coming belongs to. The table itself
// keeps the UTM values of uploaded customers and orders.
func (b *Builder) match(ctx context.Context, share destination.Sharer) error {
	db, done, err := b.Warehouse.Query(ctx)
	if err != nil {
		return err
	}
	matcher, touches, err := b.readMatch(ctx, db)
	done()
	if err != nil {
		return err
	}
	_, err = share.Share(ctx, analytics.Dataset, RowsOf("campaign_match", func(yield func([]any) bool) {
		for _, t := range touches {
			if !yield(matchRow(matcher.Match(t))) {
				return
			}
		}
	}))
	return err
}

func (b *Builder) readMatch(ctx context.Context, db *sql.DB) (*analytics.Matcher, []analytics.Touch, error) {
	var campaigns []*analytics.Campaign
	byID := map[string]*analytics.Campaign{}
	err := each(ctx, db, `SELECT campaign_id, account_id, channel, campaign_name FROM adtally.campaigns ORDER BY campaign_id`, func(v []sql.NullString) error {
		c := byID[v[0].String]
		if c == nil {
			c = &analytics.Campaign{ID: v[0].String, Account: v[1].String, Channel: v[2].String}
			byID[c.ID] = c
			campaigns = append(campaigns, c)
		}
		c.Names = append(c.Names, v[3].String)
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	all := make([]analytics.Campaign, len(campaigns))
	for i, c := range campaigns {
		all[i] = *c
	}
	touches, err := readTouches(ctx, db)
	return analytics.NewMatcher(all, b.Manual), touches, err
}

// readTouches reads the different ways in which customers and orders came.
func readTouches(ctx context.Context, db *sql.DB) (all []analytics.Touch, err error) {
	var parts []string
	err = each(ctx, db, `SELECT table_name FROM information_schema.columns WHERE table_schema = 'adtally' AND table_name IN ('customers', 'orders') AND column_name = 'utm_source'`, func(v []sql.NullString) error {
		parts = append(parts, "SELECT DISTINCT utm_source, utm_medium, utm_campaign, raw_campaign_id FROM adtally."+v[0].String)
		return nil
	})
	if err != nil || len(parts) == 0 {
		return nil, err
	}
	err = each(ctx, db, strings.Join(parts, " UNION "), func(v []sql.NullString) error {
		if t := (analytics.Touch{Source: v[0].String, Medium: v[1].String, Campaign: v[2].String, CampaignID: v[3].String}); t != (analytics.Touch{}) {
			all = append(all, t)
		}
		return nil
	})
	return all, err
}

func matchRow(m analytics.Matched) []any {
	row := []any{analytics.TouchID(m.Touch)}
	for _, v := range []string{m.Campaign.Channel, m.Campaign.Account, m.Campaign.ID, m.By, m.Source, m.Medium, m.Touch.Campaign, m.CampaignID} {
		if v == "" {
			row = append(row, nil)
			continue
		}
		row = append(row, v)
	}
	return row
}
