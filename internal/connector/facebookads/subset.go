package facebookads

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"adtally"
	"adtally/internal/fetch"
)

// actionFieldNames lists the fields that become rows of an actions table.
var actionFieldNames = []string{"actions", "action_values"}

// withoutActions removes the actions from a request. Without an explicit empty
// action_breakdowns, Meta adds action_type, which may be the part of the combination
// that it refuses.
func withoutActions(q url.Values) {
	q.Del("action_attribution_windows")
	q.Set("action_breakdowns", "[]")
}

// figures returns the request without actions.
func (q request) figures() request {
	q.fields, q.noActions = without(q.asks(), actionFieldNames), true
	return q
}

// tryWithoutActions repeats a request without actions and remembers if that helps.
// Breakdowns are part of the key and are never left out.
func (rd *reading) tryWithoutActions(ctx context.Context, q request, cause error) error {
	q = q.figures()
	if len(q.fields) == 0 {
		return cause
	}
	if err := rd.try(ctx, q); err != nil {
		return err
	}
	return rd.learn(ctx, func(l *tuning) { l.Plain = sentenceOf(adtally.FaultOf(cause)) })
}

// actionsMissing lists the days of the actions table as gaps if Meta refuses actions,
// so that the warehouse keeps what it has. The gaps are not due: a refusal of this
// kind does not end within an hour, and the tuning that skips actions expires by
// itself.
func (rd *reading) actionsMissing(why string) error {
	if why == "" || rd.stream.actions == nil {
		return nil
	}
	return rd.gaps.add(gap{table: rd.stream.actions.Name, days: rd.slice.Window, code: string(classCombination), reason: why})
}

// checkEmpty checks an answer without rows of a report with breakdowns: Meta returns
// an empty list, and no error, for breakdowns that the ad account has not opted in to
// (docs/meta-api.md#insights). One small request tells; if there was spend, the
// warehouse keeps what it has.
func (rd *reading) checkEmpty(ctx context.Context) error {
	rows := rd.came + rd.decoder.rows.Rows()
	if !rd.stream.daily || len(rd.stream.breakdowns) == 0 || rows > 0 || rd.gaps.rows.Rows() > 0 {
		return nil
	}
	var total struct {
		Data []struct{ Spend json.RawMessage }
	}
	_, err := sendUntilRead(ctx, func() (fetch.Answer, error) {
		return rd.graph.get(ctx, "act_"+rd.account.ID+"/insights", insightsOf(rd.account.ID), url.Values{
			"level": {"account"}, "fields": {"impressions,spend"},
			"time_range": {text(map[string]string{"since": rd.slice.Window.From.String(), "until": rd.slice.Window.Last().String()})},
		})
	}, func(a fetch.Answer) error {
		total.Data = nil
		if err := readJSON("read the account's total", a.Body, &total); err != nil || total.Data != nil {
			return err
		}
		return malformed("read the account's total: the list is missing", nil)
	})
	if err != nil {
		return fmt.Errorf("check an empty report: %w", err)
	}
	for _, row := range total.Data {
		if strings.Trim(plain(row.Spend), "0.") != "" {
			// Without its cursor the next attempt does not find the empty report
			// again.
			return errors.Join(emptyAnswer(rd.stream, rd.slice.Window), rd.note.Save(ctx, adtally.Cursor{}))
		}
	}
	return nil
}

func emptyAnswer(s *stream, w adtally.Window) error {
	return &adtally.Fault{Act: adtally.Configure, Code: "empty_answer",
		Message: fmt.Sprintf("Meta returns no rows for %s by %s, %s, although the account has spend", s.name, strings.Join(s.breakdowns, " and "), w),
		Hint:    "Some breakdowns need an opt-in: a person who manages the ad account can turn them on in Ads Manager. The data in the warehouse stays, and the next sync tries again."}
}
