package upload

import (
	"cmp"
	"errors"
	"fmt"
	"iter"
	"math/big"
	"strings"
	"time"

	"adtally"
	"adtally/internal/analytics"
	"adtally/internal/table"
)

// pass reads a file once, for one table.
type pass struct {
	file    adtally.DataFile
	reader  *lineReader
	lines   iter.Seq2[line, error]
	writer  *rowWriter
	refunds bool           // write the refunds of orders, not the orders
	zone    *time.Location // of the days in the result
	at      string         // when it is loaded
	result  *adtally.FileResult
	wrote   int64
}

// batches returns the rows. Refused lines are counted in the result.
func (p *pass) batches() iter.Seq2[table.Batch, error] {
	return func(yield func(table.Batch, error) bool) {
		values := understood{}
		for l, err := range p.lines {
			if err != nil {
				yield(table.Batch{}, err)
				return
			}
			if err := p.line(l, values); err != nil {
				yield(table.Batch{}, err)
				return
			}
			if p.writer.builder.Rows() >= batchRows && !yield(p.writer.builder.Batch(), nil) {
				return
			}
		}
		if err := p.nothing(); err != nil {
			yield(table.Batch{}, err)
			return
		}
		yield(p.writer.builder.Batch(), nil)
	}
}

// nothing returns a Fault if no line can be loaded.
func (p *pass) nothing() error {
	if p.refunds || p.wrote > 0 || p.result.Refused == 0 {
		return nil
	}
	first := p.result.Errors[0]
	return wrong(fmt.Sprintf("No line of the file can be loaded. Line %d, column %q, value %q: %s", first.Line, first.Column, first.Value, first.Reason),
		"Check the mapping, the date formats and the decimal sign.")
}

// line writes the rows of one line, or counts it as refused.
func (p *pass) line(l line, values understood) error {
	own, err := p.reader.read(l, values)
	if err == nil && own {
		err = p.rows(l, values)
	}
	bad, refused := errors.AsType[*badCell](err)
	switch {
	case p.refunds && (refused || !own): // counted by the pass that writes the orders
		return nil
	case refused:
		p.refuse(l, bad)
		return nil
	case err == nil && !own:
		p.result.Summary++
	}
	return err
}

const longestValue = 200

func (p *pass) refuse(l line, bad *badCell) {
	if p.result.Refused++; len(p.result.Errors) >= adtally.MaxLineErrors {
		return
	}
	for _, e := range lineErrors(l, bad) {
		e.Value = strings.Clone(e.Value) // it is a part of the file's line
		p.result.Errors = append(p.result.Errors, e)
	}
}

// rows writes the rows of a line.
func (p *pass) rows(l line, v understood) error {
	switch p.file.Kind {
	case adtally.CustomersFile:
		v["raw_campaign_id"], v["touch_id"] = v["campaign_id"], touchOf(v)
		p.span(v["acquired_at"])
	case adtally.OrdersFile:
		return p.order(l, v)
	case adtally.RefundsFile:
		v["refund_id"] = cmp.Or(v["refund_id"], fmt.Sprintf("%s/%d", v["order_id"], l.number))
		v["amount"] = strings.TrimPrefix(v["amount"], "-")
		p.span(v["refunded_at"])
	case adtally.SpendFile:
		p.spend(v)
	case adtally.BudgetsFile:
		if at, err := time.Parse("2006-01", v["month"]); err == nil {
			p.days(adtally.DayOf(at, time.UTC), adtally.DayOf(at.AddDate(0, 1, -1), time.UTC))
		}
	case adtally.RatesFile:
		return p.rates(l, v)
	}
	return p.write(l, v)
}

// order writes an order, or in the pass for refunds what was paid back of it.
func (p *pass) order(l line, v understood) error {
	refund := p.file.Mapping.NegativeRefunds && strings.HasPrefix(v["amount"], "-")
	if !p.refunds {
		if refund {
			p.result.Summary++
			return nil
		}
		v["raw_campaign_id"], v["touch_id"], v["first_given"] = v["campaign_id"], touchOf(v), v["first_order"]
		delete(v, "first_order")
		p.span(v["ordered_at"])
		return p.write(l, v)
	}
	paid, id := strings.TrimPrefix(v["refunded_amount"], "-"), v["order_id"]
	if refund {
		paid, id = strings.TrimPrefix(v["amount"], "-"), fmt.Sprintf("%s/%d", v["order_id"], l.number)
	}
	if strings.Trim(paid, "0.") == "" {
		return nil
	}
	return p.write(l, understood{"refund_id": id, "order_id": v["order_id"], "refunded_at": cmp.Or(v["refunded_at"], v["ordered_at"]), "amount": paid})
}

// touchOf returns the key of how a row came; empty if the row does not say.
func touchOf(v understood) string {
	t := analytics.Touch{Source: v["utm_source"], Medium: v["utm_medium"], Campaign: v["utm_campaign"], CampaignID: v["campaign_id"]}
	if t == (analytics.Touch{}) {
		return ""
	}
	return analytics.TouchID(t)
}

// spend fills what offline spend does not have: an account and a campaign.
func (p *pass) spend(v understood) {
	v["account_id"] = cmp.Or(v["account_id"], v["channel"])
	if v["campaign_id"] == "" {
		v["campaign_name"] = cmp.Or(v["campaign_name"], v["channel"])
		v["campaign_id"] = v["campaign_name"]
	}
	v["source"], v["offline"] = uploadSource, "true"
	v["platform_conversions"], v["platform_value"] = v["conversions"], v["value"]
	if d, err := adtally.ParseDay(v["date"]); err == nil {
		p.days(d, d)
	}
}

// uploadSource is the source of uploaded spend in marketing_spend.
const uploadSource = "upload"

// rates writes a line of rates: one, or one for each currency.
func (p *pass) rates(l line, v understood) error {
	if d, err := adtally.ParseDay(v["day"]); err == nil {
		p.days(d, d)
	}
	if len(p.reader.wide) == 0 {
		return p.rate(l, v["day"], v["currency"], v["rate"], p.reader.cells["rate"].column)
	}
	for _, c := range p.reader.wide {
		rate, err := p.reader.value(l, c)
		if err == nil {
			err = p.rate(l, v["day"], c.column, rate, c.column)
		}
		if bad, is := errors.AsType[*badCell](err); is { // the other currencies of the line count
			p.refuse(l, bad)
		} else if err != nil {
			return err
		}
	}
	return nil
}

func (p *pass) rate(l line, day, currency, rate, column string) error {
	if rate == "" {
		return nil // not published
	}
	if r, ok := new(big.Rat).SetString(rate); !ok || r.Sign() <= 0 {
		return &badCell{column, rate, "It is not a rate above zero"}
	}
	return p.write(l, understood{"day": day, "currency": currency, "rate": rate})
}

// write writes one row.
func (p *pass) write(_ line, v understood) error {
	v[fileColumn], v[loadedColumn] = p.file.ID, p.at
	for _, c := range p.writer.builder.Schema().Columns {
		value := v[c.Name]
		if whole, fraction, _ := strings.Cut(value, "."); c.Type == table.Int && strings.Trim(fraction, "0") == "" {
			value = whole // some exports write counts as 12.0
		}
		if err := p.writer.set(c.Name, value); err != nil {
			p.writer.builder.Drop()
			return &badCell{c.Name, value, err.Error()}
		}
	}
	if err := p.wholeAccount(v); err != nil {
		return err
	}
	p.writer.builder.EndRow()
	p.wrote++
	return nil
}

// wholeAccount writes an empty campaign for the budget of a whole account: it is part of the key.
func (p *pass) wholeAccount(v understood) error {
	if p.file.Kind != adtally.BudgetsFile || v["campaign_id"] != "" {
		return nil
	}
	return p.writer.builder.Set(p.writer.columns["campaign_id"], nil)
}

// span widens the days of the result by an instant.
func (p *pass) span(at string) {
	if t, err := time.Parse(time.RFC3339Nano, at); err == nil {
		d := adtally.DayOf(t, p.zone)
		p.days(d, d)
	}
}

func (p *pass) days(from, through adtally.Day) {
	if p.refunds {
		return
	}
	if p.result.From == nil || from < *p.result.From {
		p.result.From = &from
	}
	if p.result.Through == nil || through > *p.result.Through {
		p.result.Through = &through
	}
}
