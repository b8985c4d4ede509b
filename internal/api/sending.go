package api

import (
	"cmp"
	"context"

	"adtally"
)

func (g subscriptions) options(ctx context.Context, _ Caller, _ *struct{}) (*struct{ Body SubscriptionOptions }, error) {
	all, err := g.Channels.Channels(ctx)
	if err != nil {
		return nil, err
	}
	out := SubscriptionOptions{Channels: []SubscriptionChannel{}, PDF: g.Printing}
	for _, c := range all {
		out.Channels = append(out.Channels, SubscriptionChannel{c.ID, c.Name, c.Kind})
	}
	return &struct{ Body SubscriptionOptions }{out}, nil
}

func (g subscriptions) sendings(ctx context.Context, who Caller, in *struct {
	ByID
	Pages
},
) (*listed[Sending], error) {
	s, err := g.find(ctx, who, in.ID)
	if err != nil {
		return nil, err
	}
	return newest(g.shell, "sendings "+s.ID, in.Pages, func(before adtally.PagePosition, limit int) ([]adtally.Sending, error) {
		return g.Subscriptions.Sendings(ctx, s.ID, before, limit)
	}, sendingOf, func(x adtally.Sending) adtally.PagePosition { return adtally.PagePosition{At: x.At, ID: x.ID} })
}

// sendingOf says what became of a message. Why it did not arrive counts more than what it lacks.
func sendingOf(x adtally.Sending) Sending {
	return Sending{x.ID, x.At.UTC(), x.Asked, x.Stale, orEmpty(x.Files), timeOrNil(x.Delivery.Arrived), timeOrNil(x.Delivery.NotBefore), cmp.Or(x.Delivery.Problem, x.Problem)}
}
