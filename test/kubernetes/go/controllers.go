package main

import (
	"context"
	"flag"
	"log"
	"os"
	"time"

	"k8s.io/client-go/discovery/cached/memory"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/metadata"
	"k8s.io/client-go/metadata/metadatainformer"
	"k8s.io/client-go/restmapper"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/controller-manager/pkg/informerfactory"
	"k8s.io/kubernetes/pkg/controller/garbagecollector"
	"k8s.io/kubernetes/pkg/controller/job"
	"k8s.io/kubernetes/pkg/controller/ttlafterfinished"
)

const resync = 12 * time.Hour

// controllers runs those of kube-controller-manager that a Job needs: its pods, what it owns when it is deleted, and its
// end of life.
func controllers() {
	flags := flag.NewFlagSet("controllers", flag.ExitOnError)
	kubeconfig := flags.String("kubeconfig", "", "file with the address of the API server and a token")
	_ = flags.Parse(os.Args[1:])
	config, err := clientcmd.BuildConfigFromFlags("", *kubeconfig)
	if err != nil {
		log.Fatal(err)
	}
	// The default, 5 a second, would take the garbage collector half a minute to see every kind of object.
	config.QPS, config.Burst = 500, 1000
	// Of 10 s: how long a failed pod's replacement waits is nothing that the tests are about.
	job.DefaultJobPodFailureBackOff = time.Second

	ctx := context.Background()
	client := kubernetes.NewForConfigOrDie(config)
	objects := metadata.NewForConfigOrDie(config)
	factory := informers.NewSharedInformerFactory(client, resync)
	started := make(chan struct{})

	jobs, err := job.NewController(ctx, factory.Core().V1().Pods(), factory.Batch().V1().Jobs(), client)
	if err != nil {
		log.Fatal(err)
	}
	ttl := ttlafterfinished.New(ctx, factory.Batch().V1().Jobs(), client)
	discovery := memory.NewMemCacheClient(client.Discovery())
	collector, err := garbagecollector.NewGarbageCollector(ctx, client, objects,
		restmapper.NewDeferredDiscoveryRESTMapper(discovery), garbagecollector.DefaultIgnoredResources(),
		informerfactory.NewInformerFactory(factory, metadatainformer.NewSharedInformerFactory(objects, resync)), started)
	if err != nil {
		log.Fatal(err)
	}

	factory.Start(ctx.Done())
	close(started)
	go jobs.Run(ctx, 3)
	go ttl.Run(ctx, 1)
	go collector.Run(ctx, 3, 30*time.Second)
	collector.Sync(ctx, client.Discovery(), 30*time.Second)
}
