"""A SageMaker pipeline, by boto3 and its usual credentials. The order is the token: sent twice, it is one execution."""

import os

import boto3


def start(order: dict) -> str:
    parameters = {
        "Order": order["order"],
        "Model": order["model"],
        "Rows": order["links"]["rows"],
        "Callback": order["links"]["callback"],
        "CallbackToken": order.get("callback_token", ""),
    }
    answer = boto3.client("sagemaker").start_pipeline_execution(
        PipelineName=os.environ["SAGEMAKER_PIPELINE"],
        PipelineParameters=[{"Name": name, "Value": value} for name, value in parameters.items()],
        ClientRequestToken=order["order"],  # 32 to 128 characters: an order's id has 35
    )
    return answer["PipelineExecutionArn"]
