package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"golang.org/x/sync/errgroup"

	"adtally"
)

const (
	demoFile = "adtally-demo.duckdb"
	demoSize = "accounts=1,ads=120,days=365,seed=7"
)

type demoCommand struct {
	To string `help:"The warehouse file. An earlier demo file is overwritten." default:"adtally-demo.duckdb" placeholder:"FILE.duckdb"`
}

func (c *demoCommand) Run(ctx context.Context, p *program) error {
	if err := c.clear(); err != nil {
		return err
	}
	sim, err := (&simCommand{Synthetic: []string{demoSize}}).simulator()
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("start the simulator: %w", err)
	}
	if err := p.printf("A simulated advertiser is being synced: a year, day by day.\n"); err != nil {
		return err
	}
	served, stop := context.WithCancel(ctx)
	group, served := errgroup.WithContext(served)
	group.Go(func() error { return serve(served, listener, sim) })
	demo := *p
	demo.env = func(name string) string {
		if name == tokenVariable {
			return sim.Token()
		}
		return p.env(name)
	}
	year := adtally.DayOf(sim.Now(), time.UTC) - 364
	sync := &syncCommand{Account: []string{"all"}, To: c.To, Since: year, GraphURL: "http://" + listener.Addr().String(), AtOnce: accountsAtOnce}
	err = sync.Run(ctx, &demo)
	stop()
	if err = errors.Join(err, group.Wait()); err != nil {
		return err
	}
	return c.summary(ctx, p)
}

// clear removes the files of an earlier demo. Files with other names belong to the user
// and stay.
func (c *demoCommand) clear() error {
	for _, name := range []string{c.To, c.To + ".state", c.To + ".state-wal", c.To + ".state-shm", c.To + ".state.lock"} {
		if c.To != demoFile {
			if _, err := os.Stat(c.To); err == nil {
				return wrong("exists", "Choose another file, or delete it yourself. The demo never overwrites your files.", "%s already exists", c.To)
			}
			continue
		}
		if err := os.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// summary prints figures that it reads from the warehouse.
func (c *demoCommand) summary(ctx context.Context, p *program) error {
	w, err := destinations["duckdb"](0).Open(ctx, adtally.Destination{Kind: "duckdb", Location: c.To}, adtally.Secret{})
	if err != nil {
		return err
	}
	defer w.Close()
	db, done, err := w.Query(ctx)
	if err != nil {
		return err
	}
	defer done()
	for _, part := range []func(context.Context, *program, *sql.DB) error{campaignTable, spendLine} {
		if err := part(ctx, p, db); err != nil {
			return err
		}
	}
	return p.printf(howToOpen, c.To, c.To)
}

const howToOpen = `
The warehouse is the file %s. Open it with any DuckDB, for instance:
  duckdb %s "SELECT date, sum(spend) FROM facebook_ads.basic_ad GROUP BY ALL ORDER BY ALL"
Tables: ad_accounts, campaigns, ad_sets, ads, ad_creatives, basic_account, basic_campaign,
basic_ad_set, basic_ad, and for each basic table its _actions.
`

const topCampaigns = `
SELECT coalesce(c.name, f.campaign_id), sum(f.spend)::VARCHAR, any_value(f.currency), sum(f.impressions), sum(f.clicks),
  coalesce(any_value(a.purchases)::BIGINT, 0),
  coalesce((any_value(a.worth) / nullif(sum(f.spend), 0))::DECIMAL(18,2)::VARCHAR, '–')
FROM facebook_ads.basic_campaign f
LEFT JOIN facebook_ads.campaigns c ON c.id = f.campaign_id
LEFT JOIN (SELECT campaign_id, sum(value) AS purchases, sum(action_value) AS worth
  FROM facebook_ads.basic_campaign_actions WHERE action_type = 'omni_purchase' AND attribution_window = 'default'
  GROUP BY ALL) a ON a.campaign_id = f.campaign_id
GROUP BY 1, c.name, f.campaign_id ORDER BY sum(f.spend) DESC LIMIT 8`

func campaignTable(ctx context.Context, p *program, db *sql.DB) error {
	rows, err := db.QueryContext(ctx, topCampaigns)
	if err != nil {
		return fmt.Errorf("read campaigns: %w", err)
	}
	defer rows.Close()
	w := tabwriter.NewWriter(p.out, 0, 4, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "\nspend\timpressions\tclicks\tpurchases\tROAS\t  campaign")
	for rows.Next() {
		var name, spend, currency, roas string
		var impressions, clicks, purchases int64
		if err := rows.Scan(&name, &spend, &currency, &impressions, &clicks, &purchases, &roas); err != nil {
			return err
		}
		fmt.Fprintf(w, "%s %s\t%s\t%s\t%s\t%s\t  %s\n", cents(spend), currency, grouped(impressions), grouped(clicks), grouped(purchases), roas, oneLine(name))
	}
	if err := rows.Err(); err != nil {
		return err
	}
	return w.Flush()
}

func oneLine(name string) string {
	r := []rune(strings.Join(strings.Fields(name), " "))
	if len(r) > 40 {
		r = append(r[:39], '…')
	}
	return shown(string(r))
}

// cents cuts the zeros that a six-place amount carries and groups thousands.
func cents(amount string) string {
	whole, places, _ := strings.Cut(amount, ".")
	var n int64
	if _, err := fmt.Sscan(whole, &n); err != nil {
		return amount
	}
	return grouped(n) + "." + (places + "00")[:2]
}

const dailySpend = `
SELECT d.date, coalesce(sum(f.spend), 0)::DOUBLE FROM
  (SELECT unnest(range((SELECT min(date) FROM facebook_ads.basic_account), (SELECT max(date) FROM facebook_ads.basic_account) + 1, INTERVAL 1 DAY))::DATE AS date) d
LEFT JOIN facebook_ads.basic_account f USING (date) GROUP BY ALL ORDER BY ALL`

// lineDays is how many days fit into the sparkline's line.
const lineDays = 60

func spendLine(ctx context.Context, p *program, db *sql.DB) error {
	rows, err := db.QueryContext(ctx, dailySpend)
	if err != nil {
		return fmt.Errorf("read daily spend: %w", err)
	}
	defer rows.Close()
	var days []adtally.Day
	var spend []float64
	for rows.Next() {
		var day sql.NullTime
		var v float64
		if err := rows.Scan(&day, &v); err != nil {
			return err
		}
		days, spend = append(days, adtally.DayOf(day.Time, day.Time.Location())), append(spend, v)
	}
	if err := rows.Err(); err != nil || len(days) == 0 {
		return err
	}
	from := max(len(days)-lineDays, 0)
	return p.printf("\nSpend per day, %s to %s:\n  %s\n", days[from], days[len(days)-1], sparkline(spend[from:]))
}

// sparkline draws numbers as bars of a text line, the largest eight eighths
// high. A zero is blank.
func sparkline(values []float64) string {
	const bars = "▁▂▃▄▅▆▇█"
	top := 0.0
	for _, v := range values {
		top = max(top, v)
	}
	var b strings.Builder
	for _, v := range values {
		if v <= 0 {
			b.WriteByte(' ')
			continue
		}
		b.WriteRune([]rune(bars)[min(int(v/top*8), 7)])
	}
	return b.String()
}
