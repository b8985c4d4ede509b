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

// actionFieldNames are the fields that become rows of a table of actions.
var actionFieldNames = []string{"actions", "action_values"}

// withoutActions makes a question one about figures alone. Without a word on
// action breakdowns Meta cuts by action_type, and that is part of the combination
// which it may refuse (PAINS #32).
func withoutActions(q url.Values) {
	q.Del("action_attribution_windows")
	q.Set("action_breakdowns", "[]")
}

// figures is the question without actions.
func (q question) figures() question {
	q.fields, q.plain = without(q.asks(), actionFieldNames), true
	return q
}

// tryPlain asks for the figures alone, and remembers to where that helps. What
// the rows are cut by is their key, and is never left out.
func (rd *reading) tryPlain(ctx context.Context, q question, cause error) error {
	q = q.figures()
	if len(q.fields) == 0 {
		return cause
	}
	if err := rd.try(ctx, q); err != nil {
		return err
	}
	return rd.learn(ctx, func(l *tuning) { l.Plain = sentenceOf(adtally.FaultOf(cause)) })
}

// actionsMissing lists the days of the actions as gaps where Meta refuses them,
// so that what the warehouse has of them stays. They are not due: the lesson is
// forgotten in a while, and a refusal of this kind is not gone by the next hour.
func (rd *reading) actionsMissing(why string) error {
	if why == "" || rd.stream.actions == nil {
		return nil
	}
	return rd.gaps.add(gap{table: rd.stream.actions.Name, days: rd.slice.Window, code: string(classCombination), reason: why})
}

// doubt asks whether an answer without any row can be true, where a report is cut
// by something: Meta answers nothing, and no error, for breakdowns that the ad
// account has not opted in to (META_API.md §1.2, 2026-08-06). One small question
// tells; where money was spent, the warehouse keeps what it has.
func (rd *reading) doubt(ctx context.Context) error {
	rows := rd.came + rd.decoder.rows.Rows()
	if !rd.stream.daily || len(rd.stream.breakdowns) == 0 || rows > 0 || rd.gaps.rows.Rows() > 0 {
		return nil
	}
	var total struct {
		Data []struct{ Spend json.RawMessage }
	}
	_, err := legibly(ctx, func() (fetch.Answer, error) {
		return rd.graph.get(ctx, "act_"+rd.account.ID+"/insights", insightsOf(rd.account.ID), url.Values{
			"level": {"account"}, "fields": {"impressions,spend"},
			"time_range": {text(map[string]string{"since": rd.slice.Window.From.String(), "until": rd.slice.Window.Last().String()})},
		})
	}, func(a fetch.Answer) error {
		total.Data = nil
		if err := readJSON("read a total", a.Body, &total); err != nil || total.Data != nil {
			return err
		}
		return malformed("read a total, of which there is no list", nil)
	})
	if err != nil {
		return fmt.Errorf("ask whether there was anything to report: %w", err)
	}
	for _, row := range total.Data {
		if strings.Trim(plain(row.Spend), "0.") != "" {
			// The next try must not find the empty report again.
			return errors.Join(emptyAnswer(rd.stream, rd.slice.Window), rd.note.Save(ctx, adtally.Cursor{}))
		}
	}
	return nil
}

func emptyAnswer(s *stream, w adtally.Window) error {
	return &adtally.Fault{Act: adtally.Configure, Code: "empty_answer",
		Message: fmt.Sprintf("Meta gives nothing for %s by %s, %s, although the account spent money then", s.name, strings.Join(s.breakdowns, " and "), w),
		Hint:    "Some breakdowns need the ad account's opt-in: somebody with the right to manage it turns them on in Ads Manager. What the warehouse has stays, and the next sync asks again."}
}
